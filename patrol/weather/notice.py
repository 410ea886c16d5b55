"""The notice to the owners (致业主的提示), ready to copy, in both languages whatever the reader's own. Never sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from patrol.sites.site import Site
from patrol.weather.levels import LEVELS

NAMES = {
    "blue": {"zh": "蓝色", "en": "blue"},
    "yellow": {"zh": "黄色", "en": "yellow"},
    "orange": {"zh": "橙色", "en": "orange"},
    "red": {"zh": "红色", "en": "red"},
}
HEADS = {
    "zh": (
        "【{site}】大风{level}预警温馨提示",
        "尊敬的业主、住户：",
        "预计 {hours} 小时内平均风力可达 {mean} 级以上，或阵风 {gust} 级以上。为了您和他人的安全，请您：",
    ),
    "en": (
        "[{site}] Strong wind, {level} warning",
        "Dear owners and residents,",
        "within {hours} hours we expect a mean wind of force {mean} or above, or gusts of force {gust}. For your own "
        "safety and that of others, please:",
    ),
}
MEASURES = {
    "zh": (
        "收回阳台、窗台、露台上的花盆、晾衣架等易坠物品，关好门窗；",
        "车辆不要停在树下、外墙和广告牌旁，地库低洼处留意积水；",
        "备好手电、饮用水和常用药品，电梯停运时请走楼梯；",
        "发现外墙、树木、广告牌松动或积水，请立即告诉我们。",
    ),
    "en": (
        "take in flowerpots, drying racks and other loose things from balconies and sills, and shut the windows;",
        "park away from trees, facades and signs, and mind water in low parts of the garage;",
        "keep a torch, drinking water and your medicine at hand, and use the stairs if the lifts stop;",
        "tell us at once of loose facades, trees or signs, and of water gathering.",
    ),
}
AT_REST = {
    "zh": "如非必要请不要外出；室外活动场地暂停使用，室外巡查暂停，室内和地库巡查照常。",
    "en": "stay indoors unless you must go out; outdoor grounds are closed and patrols outdoors rest, while those "
    "indoors and in the garage go on.",
}
WITHDRAWN = {
    "zh": (
        "【{site}】大风预警提示更正",
        "尊敬的业主、住户：",
        "此前发布的大风预警提示系误发，现予撤回，公共设施和巡查一切照常。给您带来不便，敬请谅解。",
    ),
    "en": (
        "[{site}] Correction: strong wind warning",
        "Dear owners and residents,",
        "the strong wind warning we gave out was issued by mistake and is withdrawn. Facilities and patrols go on as "
        "usual. We apologise for the inconvenience.",
    ),
}
CLEARED = {
    "zh": (
        "【{site}】大风预警已解除",
        "尊敬的业主、住户：",
        "大风预警已经解除，我们正在检查楼栋、地库和公共设施。外出时请留意松动的外墙、树枝和积水，发现问题请告诉我们。",
    ),
    "en": (
        "[{site}] The wind warning is over",
        "Dear owners and residents,",
        "the wind warning is over, and we are looking over the buildings, the garage and what belongs to all. Please "
        "mind loose facades, branches and water, and tell us what you find.",
    ),
}
CALL = {"zh": "物业服务电话：{phone}", "en": "Call us: {phone}"}
SIGNED = {"zh": "{company}　{at}", "en": "{company}, {at}"}


def notice(lang: str, level: str | None, site: Site, at: datetime, withdrawn: bool = False) -> str:
    """level None: after the all-clear, or after it was withdrawn as a mistake.

    Without a number of the post the line with it is left out.
    """
    signal = LEVELS[level] if level else None
    facts: Mapping[str, Any] = {
        "site": site.name,
        "company": site.company or site.name,
        "phone": site.post_phone,
        "at": f"{at.astimezone(site.zone):%Y-%m-%d %H:%M}",
        "level": NAMES[level][lang] if level else "",
        "hours": signal.hours if signal else "",
        "mean": signal.mean if signal else "",
        "gust": signal.gust if signal else "",
    }
    lines = list((HEADS if signal else WITHDRAWN if withdrawn else CLEARED)[lang])
    if signal:
        measures = [*MEASURES[lang], *([AT_REST[lang]] if signal.rests else [])]
        lines += [f"{n}. {measure}" for n, measure in enumerate(measures, 1)]
    lines += [CALL[lang]] if site.post_phone else []
    return "\n".join([*lines, SIGNED[lang]]).format(**facts)
