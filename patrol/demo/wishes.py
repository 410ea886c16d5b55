"""What owners of this estate ask for and complain about, and how it stands at the moment the demo is made."""

from dataclasses import dataclass

from patrol.demo.words import Both


@dataclass(frozen=True, slots=True)
class Wish:
    """kind: of an owner's report. places: keys of the estate. said: the owner's words. fee: in yuan."""

    kind: str
    places: tuple[str, ...]
    said: Both
    done: Both
    materials: Both = ("", "")
    fee: int = 0
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A repair of the last days. hours: before now; fate: how far it has come."""

    wish: Wish
    hours: float
    fate: str


@dataclass(frozen=True, slots=True)
class Grief:
    """A complaint: the owner's words, what was answered, found and done."""

    subject: str
    places: tuple[str, ...]
    said: Both
    answered: Both
    found: Both
    solved: Both


OWNERS: tuple[Both, ...] = (
    ("张女士", "Ms Zhang"), ("李先生", "Mr Li"), ("沈阿姨", "Mrs Shen"), ("陆先生", "Mr Lu"), ("顾女士", "Ms Gu"),
    ("方先生", "Mr Fang"), ("俞女士", "Ms Yu"), ("蒋先生", "Mr Jiang"), ("金女士", "Ms Jin"), ("叶先生", "Mr Ye"),
)  # fmt: skip

TAP = Wish(
    "water",
    ("b3.u2", "b5.lobby", "b9.f9"),
    ("厨房水龙头关不紧，一直滴水", "The kitchen tap does not close and drips"),
    ("更换龙头阀芯，试水三次不滴", "Cartridge of the tap renewed, tried three times, dry"),
    ("陶瓷阀芯 1 只", "Ceramic cartridge, 1"),
    25,
)
TRIP = Wish(
    "power",
    ("b7.u1", "b2.f12", "b10.f3"),
    ("家里一开空调就跳闸", "The breaker trips when the air conditioner starts"),
    (
        "插座回路接线松动，已重新压接，空调运行 20 分钟正常",
        "A loose terminal of the socket circuit pressed anew; the air conditioner ran for 20 min",
    ),
    ("接线端子 2 个", "Terminals, 2"),
    30,
)
DOOR = Wish(
    "door",
    ("b4.lobby", "b8.lobby", "b11.lobby"),
    ("单元门刷卡没反应，进不去", "The entrance door does not react to the card"),
    ("更换读卡器电源，刷卡、对讲开门都正常", "Power supply of the reader renewed; card and intercom open the door"),
    ("12V 电源 1 只", "12 V power supply, 1"),
)
LAMP = Wish(
    "light",
    ("b1.lobby", "b6.f3", "b12.lobby"),
    ("楼道灯不亮，晚上看不见台阶", "The stairs are dark at night"),
    ("更换声控灯头，夜里试亮正常", "Sound-switched lamp holder renewed, tried at night"),
    ("LED 声控灯 1 只", "LED lamp with sound switch, 1"),
)
SINK = Wish(
    "drain",
    ("b5.f3", "b2.u2", "b7.f9"),
    ("厨房下水堵了，水漫到地板上", "The kitchen drain is blocked, water is on the floor"),
    ("机械疏通到主管，放水 10 分钟排水顺畅", "Cleared down to the riser, water ran off for 10 min"),
    ("疏通弹簧", "Drain spring"),
    80,
)
BURST = Wish(
    "water",
    ("b6.u1", "b4.u1", "b8.f9"),
    ("卫生间水管爆了，正在喷水！", "A pipe burst in the bathroom, it is spraying!"),
    (
        "关入户总阀，更换角阀和软管，恢复供水，无渗漏",
        "Main valve shut, angle valve and hose renewed, water back on, dry",
    ),
    ("角阀 1 只\n不锈钢软管 1 根", "Angle valve, 1\nSteel hose, 1"),
    60,
    urgent=True,
)
BELL = Wish(
    "door",
    ("b9.lobby", "b3.lobby"),
    ("可视对讲没有图像，只有声音", "The video intercom has sound but no picture"),
    ("主机摄像头排线重新插接，图像恢复", "Ribbon of the camera plugged anew, the picture is back"),
)
TOILET = Wish(
    "water",
    ("b10.f3", "b1.u1"),
    ("马桶水箱一直流水，水表转得快", "The cistern runs all the time"),
    ("更换水箱进水阀和密封圈", "Inlet valve and seal of the cistern renewed"),
    ("进水阀 1 套\n密封圈 1 个", "Inlet valve, 1\nSeal, 1"),
    45,
)
WISHES = (TAP, LAMP, TRIP, DOOR, SINK, BELL, TOILET, BURST)

WANTED = (  # of the last days, the oldest first
    Wanted(DOOR, 122, "reopened"),
    Wanted(SINK, 97, "refused"),
    Wanted(BELL, 78, "parts"),
    Wanted(TRIP, 52, "owner"),
    Wanted(TAP, 30, "late"),
    Wanted(LAMP, 27, "signed"),
    Wanted(TOILET, 8, "done"),
    Wanted(BURST, 5, "normal"),
    Wanted(SINK, 3.2, "visiting"),
    Wanted(LAMP, 1.6, "assigned"),
    Wanted(TAP, 0.7, "registered"),
)  # fmt: skip

NOISE = Grief(
    "noise",
    ("b5.lobby", "b7.lobby"),
    ("楼上装修周末一早就打电钻，说了几次不听", "Drilling upstairs early at the weekend, in spite of several requests"),
    ("向业主致歉，马上请秩序员上门劝停", "Apologised; a guard goes up at once"),
    ("装修户未按公约时间施工，已当面告知作业时段", "The works kept no hours; told face to face when they may"),
    (
        "签了限时施工承诺书，周末及午休禁止噪音作业，秩序岗每天巡查两次",
        "Hours of work signed for, no noise at weekends and noon, guards look twice a day",
    ),
)
CLEAN = Grief(
    "clean",
    ("b6.lobby", "b2.lobby"),
    ("单元大堂两天没拖了，垃圾桶也有味道", "The lobby has not been mopped for two days and the bin smells"),
    ("致歉，当天安排补拖", "Apologised, to be mopped today"),
    ("保洁员请假，顶岗没有排上", "The cleaner was on leave and nobody stood in"),
    ("已补拖、清洗垃圾桶，班表加了顶岗人", "Mopped, bin washed, a stand-in is on the roster now"),
)
STAFF = Grief(
    "service",
    ("gate.east",),
    ("东门岗亭态度差，访客登记让老人站着等", "The east gate is rude; an old visitor had to stand and wait"),
    ("向业主和老人致歉", "Apologised to the owner and the visitor"),
    ("调监控核实，当班秩序员语气生硬", "Footage looked at: the guard was curt"),
    (
        "当面道歉，岗亭加了座椅，班前会重讲接待礼仪",
        "He apologised in person, a chair stands at the post, manners were a matter of the briefing",
    ),
)
PARKING = Grief(
    "other",
    ("garage.b1a", "garage.b2a"),
    ("固定车位又被别人占了，电话打了没人管", "My parking space is taken again and nobody answers"),
    ("致歉，马上联系车主移车", "Apologised, the driver is called at once"),
    ("外来车跟车入场，道闸没有识别", "A visitor's car followed another one in"),
    ("车主已移车，道闸改为一车一杆", "The car is gone; the barrier lets in one car at a time"),
)
FEES = Grief(
    "fees",
    ("b9.lobby",),
    ("公摊电费比上个月多了一倍，要看明细", "The shared electricity is twice last month's; I want the account"),
    ("致歉，先把明细表发给业主看", "Apologised, the account is sent first"),
    ("抄表跨了两个周期，本月多计 11 天", "The meter was read over two periods, 11 days too many"),
    ("下月账单冲减，明细张贴公告栏", "Taken off the next bill, the account hangs on the board"),
)
GRIEFS = (CLEAN, NOISE, PARKING, STAFF, FEES)

# Words of owners that nobody at the desk has come to yet: hours ago, kind, place, words.
WAITING: tuple[tuple[float, str, str, Both], ...] = (
    (1.9, "lift", "b3.u2", ("2 单元电梯关门时咯噔响，上下都有", "The lift of entrance 2 knocks when the door shuts")),
    (0.8, "falling", "b5.bridge", ("连廊窗户没关，风大晃得厉害", "A window on the bridge swings in the wind")),
    (0.25, "light", "play", ("儿童乐园旁边路灯不亮，孩子们摔了一跤", "The lamp at the playground is dark; a child fell")),
)  # fmt: skip
