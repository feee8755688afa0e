"""The list for campus errands that is there without anybody writing one. Each installation may bring its own."""

from typing import Final

CAMPUS_WORDS: Final = """
# Examinations, attendance and papers by somebody else
risky 代考
risky 替考
risky 找枪手
risky 代写论文
risky 论文代写
risky 买答案
risky 考试答案
risky 作弊器
review 代课
review 代签到
review 代打卡
review 替课
review 代写作业
review 代跑体测

# What nobody may carry or sell
risky 枪支
risky 弹药
risky 管制刀具
risky 毒品
risky 冰毒
risky 大麻
risky 摇头丸
risky 笑气
risky 迷药
risky 假钞
risky 假证
risky 办证刻章
review 电子烟
review 处方药
review 弩

# Money that is not ours to move
risky 套现
allow 外套现
allow 手套现
allow 配套现
allow 成套现
risky 刷单
allow 印刷单
risky 洗钱
risky 跑分
allow 跑分钟
risky 裸贷
risky 校园贷
risky 赌博
risky 网赌
risky 收购银行卡
risky 出租银行卡
review 兼职
review 垫付返现
review 代实名
review 出租账号

# What takes people elsewhere
review 加微信
review 加qq
review 私下交易
review 扫码领

# Bodies
risky 卖淫
risky 嫖娼
risky 援交
risky 约炮
risky 代孕
review 陪睡
"""
