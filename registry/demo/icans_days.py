"""Components of a day of neurotoxicity that come to a wanted ASTCT grade."""

from __future__ import annotations

from random import Random

from registry.demo.cells import NA, ND, Row
from registry.rules.icans import ICE_POINTS, Consciousness, IceAssessable, IcpSign, Motor, Oedema, Seizure

_ICE_SCORES = {0: (10, 10), 1: (7, 9), 2: (3, 6), 3: (0, 2)}
_AT_MOST = {
    0: (Consciousness.ALERT,),
    1: (Consciousness.ALERT, Consciousness.SPONTANEOUS),
    2: (Consciousness.SPONTANEOUS, Consciousness.VOICE),
    3: (Consciousness.VOICE, Consciousness.TACTILE),
}


def icans_components(grade: int, rng: Random) -> Row:
    """Return the recorded components of a day of the grade, each of the six rows of the table filled."""
    examined = _unarousable() if grade == 4 else _examined(grade, rng)
    return {
        **examined,
        "capd": NA,
        "seizure": _seizure(grade, rng).value,
        "motor": Motor.NONE.value,
        "oedema": _oedema(grade, rng).value,
        "icp_sign": IcpSign.NONE.value,
        "has_other_cause": False,
    }


def _examined(grade: int, rng: Random) -> Row:
    total = rng.randint(*_ICE_SCORES[grade])
    return {
        "ice_assessable": IceAssessable.YES.value,
        **_items(total, rng),
        "ice_total": total,
        "consciousness": rng.choice(_AT_MOST[grade]).value,
    }


def _items(total: int, rng: Random) -> Row:
    """Spread the points over the domains, so that each has no more than it can give."""
    given = dict.fromkeys(ICE_POINTS, 0)
    for _point in range(total):
        open_domains = [domain for domain, most in ICE_POINTS.items() if given[domain] < most]
        given[rng.choice(open_domains)] += 1
    return {f"ice_{domain}": points for domain, points in given.items()}


def _unarousable() -> Row:
    return {
        "ice_assessable": IceAssessable.UNAROUSABLE.value,
        **{f"ice_{domain}": ND for domain in ICE_POINTS},
        "ice_total": ND,
        "consciousness": Consciousness.UNAROUSABLE.value,
    }


def _seizure(grade: int, rng: Random) -> Seizure:
    if grade >= 3 and rng.random() < 0.15:
        return rng.choice((Seizure.CLINICAL_RESOLVING, Seizure.NONCONVULSIVE_RESOLVING))
    return Seizure.NONE


def _oedema(grade: int, rng: Random) -> Oedema:
    return Oedema.FOCAL if grade >= 3 and rng.random() < 0.05 else Oedema.NONE
