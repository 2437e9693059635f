"""What a password must be: long, and not what everybody tries first (NIST SP 800-63B section 5.1.1.2).

No rules on kinds of characters and no forced change, which that guideline advises against. The list holds base
words, because guessers append digits and signs by themselves; it is short on purpose: what counts is length.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from services.identity.model.refusals import WeakPassword


@dataclass(frozen=True)
class PasswordPolicy:
    """Lengths in characters after NFKC."""

    at_least: int = 10
    at_most: int = 200


# Base words of published lists of leaked passwords, Chinese and English, and those that lie near in a bureau.
_BASE_WORDS = [
    "password",
    "passw0rd",
    "passwd",
    "mima",
    "admin",
    "administrator",
    "root",
    "manager",
    "welcome",
    "letmein",
    "login",
    "guest",
    "test",
    "user",
    "master",
    "qwertyuiop",
    "qwerty",
    "asdfghjkl",
    "asdfgh",
    "zxcvbnm",
    "zxcvbn",
    "qazwsxedc",
    "qazwsx",
    "1qaz2wsx3edc",
    "1qaz2wsx",
    "1q2w3e4r5t",
    "1q2w3e4r",
    "q1w2e3r4t5",
    "q1w2e3r4",
    "abcdefghij",
    "abcdefg",
    "abcd1234",
    "abc123",
    "a1b2c3d4",
    "iloveyou",
    "woaini",
    "woaini1314",
    "woaini520",
    "wangyut2",
    "woaiwojia",
    "wodemima",
    "zhangwei",
    "wangwei",
    "xiaoming",
    "zhongguo",
    "beijing",
    "shanghai",
    "china",
    "dragon",
    "monkey",
    "football",
    "baseball",
    "princess",
    "sunshine",
    "superman",
    "batman",
    "trustno1",
    "michael",
    "jennifer",
    "computer",
    "internet",
    "changeme",
    "default",
    "secret",
    "sifaju",
    "sifaxingzheng",
    "justice",
    "lawyer",
    "lvshi",
    "mingjing",
    "gongzheng",
    "government",
    "zhengfu",
    "jiaoyuzhengdun",
]

# Rows of keys and the alphabet; any run of them, forwards or backwards, is one guess.
_RUNS = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb",
)
_LEET = str.maketrans({"0": "o", "3": "e", "4": "a", "5": "s", "@": "a", "$": "s", "!": "i"})


def normalised(password: str) -> str:
    """The form that is hashed: NFKC, so that full-width digits of a Chinese keyboard are the same password."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, username: str, policy: PasswordPolicy) -> None:
    """Raises ``WeakPassword`` with the first reason that applies."""
    text = normalised(password)
    reason = _weakness(text, text.lower(), username.lower(), policy)
    if reason:
        raise WeakPassword(reason, policy.at_least)


def _weakness(text: str, lower: str, username: str, policy: PasswordPolicy) -> str | None:
    if len(text) < policy.at_least:
        return "too_short"
    if len(text) > policy.at_most:
        return "too_long"
    if len(username) >= 3 and username in lower:
        return "contains_username"
    if len(set(lower)) < 5 or _mostly_runs(lower):
        return "too_simple"
    return "too_common" if _is_common(lower) else None


def _is_common(lower: str) -> bool:
    """A base word and hardly anything but digits and signs around it."""
    for form in (lower, lower.translate(_LEET)):
        for word in _BASE_WORDS:
            before, found, after = form.partition(word)
            # What surrounds it as it was typed: of the year 2026 the other spelling makes a word.
            rest = lower[: len(before)] + lower[len(lower) - len(after) :]
            if found and (len(rest) < 4 or (len(rest) <= 8 and not any(map(str.isalpha, rest)))):
                return True
    return False


def _mostly_runs(lower: str) -> bool:
    """All but three characters belong to runs of four or more neighbours on the keyboard or in the alphabet."""
    covered, index = 0, 0
    while index < len(lower):
        length = _run_at(lower, index)
        covered += length if length >= 4 else 0
        index += length if length >= 4 else 1
    return len(lower) - covered <= 3


def _run_at(lower: str, index: int) -> int:
    longest = 1
    for run in (*_RUNS, *(run[::-1] for run in _RUNS)):
        length = 1
        while index + length < len(lower) and lower[index : index + length + 1] in run:
            length += 1
        longest = max(longest, length)
    return longest
