// Waits until the payment's status changes, then shows the page as it is now. Without this file the page refreshes itself.
(function () {
  "use strict";
  var page = document.getElementById("returned");
  if (!page || !page.dataset.status) return;
  var address = page.dataset.status + "&wait=25&known=" + encodeURIComponent(page.dataset.known);
  var again = function () { window.location.replace(page.dataset.again); };
  fetch(address, { cache: "no-store", headers: { Accept: "application/json" } })
    .then(function (answer) {
      if (!answer.ok) throw new Error("status " + answer.status);
      return answer.json();
    })
    .then(again)
    .catch(function () { window.setTimeout(again, 5000); });
})();
