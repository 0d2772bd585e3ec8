"""Keys are recognised by their form, mix-ups get a sentence, and nothing ever shows a whole secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from travello_desk.secrets_form import (
    KeyMode,
    masked,
    parse_publishable_key,
    parse_secret_key,
    parse_webhook_secrets,
)

BODY = "51Not0A1Real2Key3f3a"


@pytest.mark.parametrize(
    ("key", "mode", "restricted"),
    [
        (f"sk_test_{BODY}", KeyMode.TEST, False),
        (f"rk_test_{BODY}", KeyMode.TEST, True),
        ("sk_live_x", KeyMode.LIVE, False),
        ("rk_live_x", KeyMode.LIVE, True),
        ("sk_test_sandbox", KeyMode.TEST, False),
    ],
)
def test_secret_keys_of_every_kind(key: str, mode: KeyMode, restricted: bool) -> None:
    parsed = parse_secret_key(key)
    assert (parsed.value, parsed.mode, parsed.restricted) == (key, mode, restricted)


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("pk_test_x1", "looks like the publishable key"),
        ("whsec_x1", "looks like a webhook signing secret"),
        ("sk_prod_x", "begins with sk_test_"),
        ("sk_test_!", "does not look right"),
        ("sk_test_a b", "space"),
        ("sk_test_a\nb", "line break"),
        ("sk_test_ключ", "does not look right"),
    ],
)
def test_a_wrong_secret_key_is_named_for_what_it_is(key: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        parse_secret_key(key)
    assert key not in str(caught.value)


def test_publishable_keys() -> None:
    assert parse_publishable_key("pk_live_x").mode is KeyMode.LIVE
    with pytest.raises(ValueError, match="looks like the secret key"):
        parse_publishable_key("sk_test_x")


def test_webhook_secrets_keep_their_order_without_repeats() -> None:
    assert parse_webhook_secrets("whsec_b, whsec_a,,whsec_b") == ("whsec_b", "whsec_a")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (",", "no secret"),
        ("whsec_a,we_123", "id of a webhook endpoint"),
        ("whsec_a b", "space"),
        ("sk_test_x", "secret key"),
    ],
)
def test_wrong_webhook_secrets(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_webhook_secrets(text)


@pytest.mark.parametrize(
    ("value", "shows"),
    [
        (f"sk_test_{BODY}", "sk_test_…f3a"),
        (f"whsec_{BODY}", "whsec_…f3a"),
        ("a-plain-password-of-some-length", "…gth"),
        ("sk_test_short", "sk_test_…"),
        ("short", "…"),
        ("", "…"),
    ],
)
def test_masked_shows_the_kind_and_the_end_of_long_ones(value: str, shows: str) -> None:
    assert masked(value) == shows


@given(st.text(min_size=3))
def test_masked_never_shows_more_than_three_characters_of_the_secret_itself(tail: str) -> None:
    assert len(masked(f"sk_live_{tail}")) <= len("sk_live_…") + 3


def test_repr_of_a_key_hides_it() -> None:
    assert BODY not in repr(parse_secret_key(f"sk_test_{BODY}"))
