"""Invented guests: names from many places, mail at example domains, phones from ranges kept for fiction. Pure.

Nobody here exists. The odd ones are on purpose: accents, apostrophes, square brackets, scripts that run right to left,
letters two cells wide, and names longer than any column.
"""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guest:
    """`email` is empty for guests who gave none."""

    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a guest comes from; each # of `phone` becomes a digit of a range that is never given to anybody."""

    weight: int
    first: tuple[str, ...]
    last: tuple[str, ...]
    phone: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


# Phone ranges for drama use: Britain 07700 900, Germany 0171 39200, France 06 39 98, North America 555-01. Pakistan
# keeps none: 300 555 0 stands for it here.
_PLACES = (
    _Place(
        46,
        _words("""Ayesha Bilal Sana Omar Fatima Hamza Zainab Usman Maryam Ali Hira Imran Noor Saad Rabia Faisal Amna
        Tariq Sidra Kamran Mahnoor Shahid Iqra Adeel Khadija Waqas Nimra Junaid Anum Asad Sadia Zeeshan"""),
        _words("""Khan Siddiqui Iqbal Malik Ahmed Qureshi Butt Chaudhry Sheikh Mirza Raza Hussain Akhtar Javed Baig
        Abbasi Gillani Bhatti Rana Awan Dar Niazi Cheema ul-Haq Baloch Yousafzai Durrani Lodhi Memon Soomro"""),
        "+92 300 555 0###",
    ),
    _Place(
        10,
        _words("Nour Yusuf Layla Khalid Salma Omar Huda Tarek Rania Sami Mona Fahd Amal Ziad Reem Walid"),
        _words("Haddad al-Rashid Mansour Khoury al-Farsi Nasser Saleh Darwish Hamdan al-Sabah Aziz Ibrahim el-Masri"),
        "+44 7700 900###",
    ),
    _Place(
        14,
        _words("John Emma Oliver Grace Harry Isla Siobhán Ciarán Niamh Rhys Carys Hamish Morag Thomas Charlotte"),
        _words("Smith O'Neil O'Brien Murphy Taylor Wilson MacDonald Ní_Dhomhnaill Llewellyn Evans D'Arcy Featherstone"),
        "+44 7700 900###",
    ),
    _Place(
        9,
        _words("Greta Jürgen Käthe Björn Sören Anneliese Matthias Zoë Łukasz Agnieszka Małgorzata Jiří Božena Ivan"),
        _words("Müller Schröder Weiß von_der_Heide Åkesson Brzęczyszczykiewicz Wójcik Dvořák Petrov Lindström"),
        "+49 171 39200##",
    ),
    _Place(
        9,
        _words("Marco Ana Chloé François José Inês João Giulia Théo Noémie Íñigo Concepción Benoît María_José"),
        _words("Rossi Garcia Dubois Lefèvre d'Angelo Conceição Núñez Peña L'Hôpital Fernández_de_la_Vega Gonçalves"),
        "+33 6 39 98 ## ##",
    ),
    _Place(
        6,
        _words("Chidi Ngozi Kwame Abena Thabo Zanele Tendai Amara Sipho Wanjiru Otieno Folasade Adébáyò Mbali"),
        _words("Okafor Adeyemi Mensah Nkosi Dlamini Mwangi Diallo Ndiaye Ọláwálé Abubakar van_Rensburg Kamau"),
        "+1 202 555 01##",
    ),
    _Place(
        6,
        _words("Linh Wei Yuki Min-jun Haruka Xiaoming Seo-yeon Kenji Mei Thị_Minh_Khai Hiroshi Jia Đức"),
        _words("Nguyen Zhang Tanaka Kim Sato Li Park Watanabe Chen Trần Ōno Phạm Wang Yamamoto"),
        "+1 415 555 01##",
    ),
)
_WEIGHTS = tuple(place.weight for place in _PLACES)

# Names that have broken software elsewhere: every 31st booking has one.
ODD_NAMES = (
    "محمد علی خان",
    "Ana María Fernández de la Vega y Álvarez-Cienfuegos de Todos los Santos",
    "Sean O'Neil [VIP]",
    "田中 さくら",
    "Null",
    'Robert "Bobby" Tables',
    "Jean-François, Comte d'Aubigné",
    "=SUM(A1) Ltd.",
    "X Æ",
)
_NO_DECOMPOSITION = str.maketrans({"ł": "l", "đ": "d", "æ": "ae", "ø": "o", "ð": "d", "þ": "th"})
_DOMAINS = ("example.com", "example.org", "example.net")


def invent(chance: random.Random, number: int) -> Guest:
    """The guest of booking `number`: the same for the same state of `chance`."""
    place = chance.choices(_PLACES, _WEIGHTS)[0]
    name = f"{chance.choice(place.first)} {chance.choice(place.last)}"
    if number % 31 == 5:
        name = ODD_NAMES[number // 31 % len(ODD_NAMES)]
    phone = re.sub("#", lambda _: str(chance.randrange(10)), place.phone)
    return Guest(name, _email(name, number, chance) if chance.random() < 0.94 else "", phone)


def _email(name: str, number: int, chance: random.Random) -> str:
    """ayesha.khan.10482@example.com: letters without accents; a name in another script becomes `guest`."""
    plain = (
        unicodedata.normalize("NFKD", name.casefold().translate(_NO_DECOMPOSITION)).encode("ascii", "ignore").decode()
    )
    words = re.findall(r"[a-z0-9]+", plain) or ["guest"]
    return f"{'.'.join(words)[:40].rstrip('.')}.{number}@{chance.choice(_DOMAINS)}"
