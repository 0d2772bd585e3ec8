"""The guests' pages: HTML in the guest's language, no third party, no script needed to pay."""
