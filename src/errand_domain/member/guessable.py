"""Passwords that are tried first: the best-known ones, and what people here make of a few words and numbers."""

import re
from functools import cache
from importlib.resources import files
from typing import Final

LIST: Final = "guessable.txt"
COMMENT: Final = "#"
PLACE_WORDS: Final = (
    *("errand", "campus", "university", "college", "student", "dormitory", "library", "canteen", "runner"),
    *("paotui", "xiaoyuan", "daxue", "xuexiao", "xuesheng", "tongxue", "laoshi", "sushe", "shitang", "tushuguan"),
    *("kuaidi", "waimai", "yizhan", "dingdan", "jiedan", "peisong"),
    *("跑腿", "校园", "大学", "学校", "学院", "学生", "同学", "老师", "宿舍", "食堂", "图书馆"),
    *("快递", "外卖", "驿站", "订单", "接单", "配送", "平台"),
)
"""What this product and the places around it are called: what somebody tries first who knows where they are."""
USUAL_WORDS: Final = (
    *(
        "password",
        "passwd",
        "passw0rd",
        "p@ssw0rd",
        "p@ssword",
        "pass",
        "welcome",
        "letmein",
        "hello",
        "secret",
        "login",
    ),
    *("admin", "administrator", "root", "user", "test", "guest", "system", "master", "default", "changeme"),
    *("qwertyuiop", "qwerty", "qwer", "asdfghjkl", "asdfgh", "asdf", "zxcvbnm", "zxcvbn", "zxcv", "qazwsx", "1qaz2wsx"),
    *("iloveyou", "love", "woaini", "wo ai ni", "woaiwojia", "aini", "nihao", "mima", "zhongguo", "china", "beijing"),
    *("weixin", "wechat", "zhifubao", "alipay", "taobao", "tencent", "baidu", "douyin", "huawei", "xiaomi", "qq"),
    *("我爱你", "密码", "中国", "你好", "微信", "支付宝", "淘宝"),
    *("abcdefg", "abcdef", "abcde", "abcd", "abc"),
)
"""What passwords are made of everywhere, and in China: keys in a row, sites, three words of love in pinyin."""

_WORD: Final = re.compile("|".join(map(re.escape, sorted({*PLACE_WORDS, *USUAL_WORDS}, key=len, reverse=True))))
_NO_LETTER: Final = re.compile(r"[\W\d_]+")
_PHONE: Final = re.compile(r"\D{0,3}(?:(?:\+|00)?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}\D{0,3}")
_IDENTITY: Final = re.compile(r"\d{6}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx]")
_BIRTHDAY: Final = re.compile(r"[a-z]{0,4}(?:19|20)\d\d[-.]?(?:0[1-9]|1[0-2])[-.]?(?:0[1-9]|[12]\d|3[01])[^\d\s]{0,4}")
"""With the letters that a name begins with before it, or behind it."""
_LOVE: Final = re.compile(r"(?:5201314|5211314|7758521|7758258|1314|520|521|584|3344|9958)+\d{0,2}")
"""我爱你一生一世, 亲亲我吧我爱你 and the like, which sound so when they are read aloud."""


def is_well_known(plain: str) -> bool:
    """Whether it is one of the best-known ones. `plain` is in lower case."""
    return plain in well_known()


def is_predictable(plain: str) -> bool:
    """Whether it is a phone or identity number, a birthday, numbers of love, or words listed here and no other letter.

    A word in a longer phrase forbids nothing, and neither does any kind of character by itself.
    """
    if any(pattern.fullmatch(plain) for pattern in (_PHONE, _IDENTITY, _BIRTHDAY, _LOVE)):
        return True
    left, words = _WORD.subn("", plain)
    return words > 0 and _NO_LETTER.sub("", left) == ""


@cache
def well_known() -> frozenset[str]:
    """The list, read once: it belongs to the package like its code. Where it comes from stands at its top."""
    lines = files("errand_domain.member").joinpath(LIST).read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith(COMMENT))
