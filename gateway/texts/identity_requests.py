"""What is said of requests to see who a reporter is: to the reporter, to who asks, to the custodian."""

SENTENCES = {
    # contracts/reports/schemas/identity_requests.py
    "Must be {size} bytes in base64.": "应为 {size} 字节的 Base64 编码。",
    "An approval needs the key, sealed to the requester.": "批准时须附上对申请人密封的密钥。",
    "Goes with an approval only.": "仅在批准时填写此项。",
}

ZH = {
    "reports.progress.identity_asked": "承办人员申请查看您的身份信息，等待身份保管员决定。",
    "reports.progress.identity_approved": "身份保管员批准在限定时间内查看您的身份信息，用途见下。",
    "reports.progress.identity_refused": "身份保管员未批准查看您的身份信息。",
    "reports.progress.identity_opened": "您的身份信息在这一小时内被查看。",
    "reports.progress.identity_revoked": "身份保管员撤销了查看您身份信息的批准。",
    "reports.progress.identity_over": "查看您身份信息的期限已满，不能再查看。",
    "reports.identity.seen": "{purpose}：{state}",
    "reports.identity.purpose.talk": "与您联系，核实情况",
    "reports.identity.purpose.tell_result": "向您反馈办理结果",
    "reports.identity.purpose.protect": "保护您免受打击报复",
    "reports.identity.purpose.reward": "给予奖励",
    "reports.identity.purpose.hand_over": "依法移送其他机关",
    "reports.identity.purpose.false_accusation": "核查是否诬告陷害",
    "reports.identity.state.asked": "等待决定",
    "reports.identity.state.approved": "已批准，限时查看",
    "reports.identity.state.refused": "未批准",
    "reports.identity.state.revoked": "已撤销",
    "reports.identity.state.over": "期限已满",
    "reports.identity.no_public_key": "不是可用的 X25519 公钥。",
    "reports.identity.more_than_asked": "不得超过申请的 {max} 小时。",
    "reports.problem.reporter_anonymous": "该举报为匿名举报，没有身份信息可供查看。可通过往来消息与举报人联系。",
    "reports.problem.identity_request_open": "您对该线索的上一次申请尚未结束，当前状态：{state}。",
    "reports.problem.own_identity_request": "不能对自己提出的申请作出决定，请由另一位身份保管员办理。",
    "reports.problem.identity_request_state": "该申请的状态为“{state}”，不能进行此操作。",
}

EN = {
    "reports.progress.identity_asked": "Those who handle your report ask to see who you are; the custodian of "
    "identities will decide.",
    "reports.progress.identity_approved": "The custodian of identities allowed it to be seen who you are, for a "
    "limited time; the purpose stands below.",
    "reports.progress.identity_refused": "The custodian of identities did not allow it to be seen who you are.",
    "reports.progress.identity_opened": "It was looked up who you are, within this hour.",
    "reports.progress.identity_revoked": "The custodian of identities took back the permission to see who you are.",
    "reports.progress.identity_over": "The time within which it could be seen who you are is over.",
    "reports.identity.seen": "{purpose}: {state}",
    "reports.identity.purpose.talk": "to get in touch with you and verify the facts",
    "reports.identity.purpose.tell_result": "to tell you the result",
    "reports.identity.purpose.protect": "to protect you from retaliation",
    "reports.identity.purpose.reward": "to reward you",
    "reports.identity.purpose.hand_over": "to hand the matter to another authority by law",
    "reports.identity.purpose.false_accusation": "to find out whether it is a false accusation",
    "reports.identity.state.asked": "waits for a decision",
    "reports.identity.state.approved": "allowed, for a limited time",
    "reports.identity.state.refused": "not allowed",
    "reports.identity.state.revoked": "taken back",
    "reports.identity.state.over": "its time is over",
    "reports.identity.no_public_key": "Not an X25519 public key that anything can be sealed to.",
    "reports.identity.more_than_asked": "At most the {max} hours that were asked for.",
    "reports.problem.reporter_anonymous": "The report is anonymous: there is no identity to see. Write to the reporter "
    "by a message instead.",
    "reports.problem.identity_request_open": "Your earlier request for this case has not ended; its state: {state}.",
    "reports.problem.own_identity_request": "Nobody decides what they asked for themselves; another custodian does.",
    "reports.problem.identity_request_state": "The state of the request is “{state}”; this cannot be done with it.",
}
