"""The words by which auto-replies, bounces and challenges give themselves away, by language; tables, no logic."""

from gateway.domain.patterns import Pattern

_AUTO_SUBJECTS = (
    r"auto(?:matic|mated|mat(?:ed)?)?[ -]*(?:reply|response|respon[ds]er?|answer)",
    r"auto-?re(?:ply|sponse)",
    r"out[ -]of[ -](?:the[ -])?office(?=\s*(?:$|[:：(\-–!]|re\b|auto|until|reply|message|notification|assistant))",
    r"vacation (?:reply|response|notice|message)",
    r"away from (?:the|my) (?:office|mail|desk|e-?mail)",
    r"(?:系统)?自动(?:回复|答复|应答)(?=\s|$|[:：\]】)）(（\-–—!！。]|邮件|通知|来信)",
    r"自動(?:回覆|回復|答覆|回信|応答|返信)(?=\s|$|[:：\]】)）(（\-–—!！。]|郵件|通知|信|メール)",
    r"不在(?:通知|连絡|連絡|返信|の(?:お知らせ|ご?連絡))",
    r"[已未][读讀](?:回[执執條条])?(?=\s*[:：])|(?:[阅閱][读讀])?(?:回[执執條条])(?=\s*[:：])",
    r"(?:外出|休假|假期|度假|出差)(?:期间)?(?:自动)?(?:回复|答复|通知|中)(?!心)|(?:外出|休假)中?自動回[覆復]|休假中",
    r"автоответ|автоматический ответ|автоматическое уведомление|нет на месте",
    r"respuesta autom[áa]tica|contestaci[óo]n autom[áa]tica|fuera de (?:la )?oficina",
    r"resposta autom[áa]tica|aus[êe]ncia tempor[áa]ria|fora d[oe] escrit[óo]rio",
    r"r[ée]ponse automatique|absence\s*(?=:)|absence du bureau|absent du bureau|notification d.absence",
    r"automatische (?:antwort|reply|e-?mail|afwezig)|autom\. antwort|abwesenheits(?:notiz|meldung|assistent)"
    r"|abwesenheit\b",
    r"risposta automatica|fuori (?:sede|ufficio)",
    r"automatyczna odpowied[źz]|odpowied[źz] automatyczna|autoodpowied",
    r"automatisch antwoord|automatische beantwoording|afwezigheids",
    r"otomatik (?:yan[ıi]t|cevap)|ofis d[ıi][şs][ıi]nda",
    r"رد تلقائي|الرد التلقائي|خارج المكتب",
    r"자동\s*(?:회신|응답|답장)|부재\s*중",
    r"tr[ảa] l[ờo]i t[ựu] [đd][ộo]ng|thư trả lời tự động|vắng mặt",
    r"ตอบกลับอัตโนมัติ|ไม่อยู่ที่สำนักงาน",
    r"balasan otomatis|jawaban otomatis|di luar kantor",
    r"autosvar|automatiskt? svar|fr[åa]nv[åa]ro|frav[æa]r|automaattinen vastaus|poissa(?:olo)?ilmoitus",
    r"automatick[áa] odpov[ěe][ďd]|automatikus v[áa]lasz|r[ăa]spuns automat|αυτόματη απάντηση|תשובה אוטומטית"
    r"|מענה אוטומטי",
)
AUTO_SUBJECT = Pattern(
    r"^\W{0,3}(?:(?:re|aw|sv|回复|回覆|答复|отв)\s*[:：]\s*)*\W{0,3}(?:\[[^\]]{0,30}\]\s*)?(?:"
    + "|".join(_AUTO_SUBJECTS)
    + ")"
    r"|[(（\[【]\s*(?:" + "|".join(_AUTO_SUBJECTS) + r")\s*[)）\]】]\s*$"
)

_AUTO_TEXTS = (
    r"th(?:is|e following) (?:is|message is) an? (?:auto(?:matic|mated)?(?:ally generated)?|auto)[ "
    r"-]?(?:e-?mail )?(?:reply|response|respon[ds]er|confirmation)",
    r"this (?:e-?mail|mail|message|reply|response) (?:is|was|has been) (?:auto-?generated|(?:automatically"
    r"|auto) (?:generated|sent|created))",
    r"(?:这|此|本)(?:封)?(?:邮件|信件?|消息)?(?:是|为|由|系)[^。\n你您吗]{0,14}自动(?:回复|答复|应答)(?![^\n]*[吗？?])",
    r"(?:這|此|本)(?:封)?(?:郵件|信件?|訊息)?(?:是|為|由|係)[^。\n你您嗎]{0,14}自動(?:回覆|回復|答覆"
    r"|回信)(?![^\n]*[嗎？?])",
    r"[【\[(（]\s*(?:系统|系統)?自[动動](?:回[复覆復]|答[复覆])\s*[】\])）]",
    r"(?:此|本|该|這)(?:封)?(?:邮件|信件|郵件)(?:为|是|由|為)?系[统統](?:自[动動])?(?:发送|发出|生成|發送|發出|寄出)",
    r"[(（【](?:本|此)?(?:邮件|郵件)?(?:由)?系?[统統]?自[动動](?:回[复覆復]|发送|發送)[^)）】\n]{0,20}[)）】]\s*$",
    r"您(?:发送|發送|寄)?[^\n]{0,80}(?:已于|已於)[^\n]{0,30}(?:被)?[阅閱][读讀]|的[阅閱][读讀]回[执執條条]",
    r"[^\n]{0,40}(?:将|將|would like to )(?:撤回|recall)(?:邮件|郵件| the message)",
    r"(?:このメール|本メール)は[^。\n]{0,20}自動(?:返信|応答|配信|送信)",
    r"это автоматический ответ|данное письмо (?:создано|сформировано|отправлено) автоматически",
    r"(?:este es un|esta es una) (?:mensaje autom[áa]tico|respuesta autom[áa]tica)",
    r"esta [ée] uma (?:mensagem|resposta) autom[áa]tica",
    r"ceci est (?:une r[ée]ponse|un message) automatique",
    r"dies(?:e|es)? ist eine automatisch(?:e| generierte| erstellte) (?:antwort|nachricht|e-?mail)",
    r"questa [èe] una risposta automatica|messaggio automatico",
)
AUTO_TEXT = Pattern(r"(?:\A|\n)[^\n]{0,60}?(?:" + "|".join(_AUTO_TEXTS) + ")")
"""A text that says of itself that nobody wrote it."""

_AWAY_TEXTS = (
    r"i(?:'m| am| will be| shall be)(?: currently| now| away and)? out of (?:the )?office",
    r"i(?:'m| am)(?: currently)? (?:on|away on) (?:annual leave|vacation|holiday|maternity leave)",
    r"thank you for (?:your (?:e-?mail|message|enquiry|inquiry)|contacting)[^\n]{0,200}\n?[^\n]{0,200}(?:out "
    r"of the office|do not reply to this|auto(?:matic|mated))",
    r"ich bin (?:derzeit |momentan |zurzeit |bis |vom )[^\n]{0,60}(?:nicht im (?:b[üu]ro|haus)|abwesend|im urlaub)",
    r"je suis (?:actuellement )?absente? (?:du bureau|jusqu)",
    r"я (?:сейчас )?(?:нахожусь )?в отпуске (?:до|с|по)",
    r"(?:我(?:正在|现在|目前)|本人)[^。\n]{0,12}(?:休假|度假|出差|外出)[^。\n]{0,40}(?:回复|联系|查看|处理)",
    r"您的(?:邮件|来信|邮件我)已(?:经)?(?:收到|自动)[^\n]{0,30}(?:自动|稍后|尽快)(?:与您|给您|回复|答复)",
)
AWAY_TEXT = Pattern(r"(?:\A|\n)[^\n]{0,60}?(?:" + "|".join(_AWAY_TEXTS) + ")")
"""What people say when they are away: automatic only as a short answer that asks nothing."""

_CHALLENGES = (
    r"(?:protected|guarded|screened) by (?:boxbe|spamarrest|spam arrest|earthlink spamblocker|bluebottle|0spam"
    r"|choicemail|mailblocks)",
    r"boxbe\.com|spamarrest\.com|bluebottle\.com|sendio|tmda",
    r"(?:sender|e-?mail|human|identity) (?:verification|confirmation|authentication) (?:required|request|needed)",
    r"(?:please|must|need to|have to|to) (?:verify|confirm|prove|authenticate)[^.\n]{0,60}(?:you are (?:a "
    r")?(?:real|human|not a)|your (?:identity|e-?mail address|message)|that you sent)",
    r"(?:click|follow|visit|reply)[^.\n]{0,80}(?:to (?:have|get) your (?:message|e-?mail|mail) (?:delivered"
    r"|released)|complete the verification|added to (?:the|my|his|her) (?:guest|white|approved|safe)[ -]?list)",
    r"not (?:yet )?(?:on|in) (?:my|the|his|her|their) (?:guest|white|approved|safe)[ -]?(?:senders? )?list",
    r"whitelist(?:ed|ing)?[^.\n]{0,60}(?:link|click|reply|request)",
    r"requires (?:you to )?confirm(?:ation)?[.:,\s]{1,3}(?:please )?(?:visit|click|go to|follow|reply)",
    r"(?:请点击|请访问|请回复)[^。\n]{0,60}(?:验证您的身份|完成验证|确认您是真人|加入白名单)",
)
CHALLENGE = Pattern("|".join(_CHALLENGES))

_BOUNCE_SUBJECTS = (
    r"un(?:deliver(?:able|ed)|delivred|able to deliver)",
    r"(?:mail|message|e-?mail|delivery|returned|delivered)[ :_-]*(?:delivery|system)?[ :_-]*(?:status "
    r"notification|notification|report|failure|failed|failing|error|problem|unsuccessful|returned)",
    r"(?:returned|rejected|bounced|blocked|undelivered|failed|nondeliverable|non-?delivery|undeliverable)[ "
    r":_-]*(?:e-?mail|mail|message|delivery|report|notification|notice)",
    r"(?:failure|error|bounce) (?:notice|notification|report|delivering|sending)",
    r"(?:could|can)[ ']?not (?:be )?(?:deliver|send|sent)|cannot (?:be )?(?:deliver|send)|not (?:be "
    r")?delivered|was not delivered",
    r"(?:user|address|recipient|mailbox|account|host|domain)[ a-z]{0,12}(?:unknown|not found|is full|full"
    r"|invalid|unavailable|does ?n.t exist|rejected|error)",
    r"(?:unknown|invalid|no such|inactive) (?:user|address|recipient|mailbox|account)",
    r"(?:delivery|mail) (?:attempt|has )?(?:is )?(?:delayed|delay|warning|deferred)|(?:delayed|deferred"
    r"|warning)[ :-]*(?:mail|message|e-?mail|could not|delivery)|message (?:is )?delayed|(?:transient"
    r"|temporary) (?:failure|error)",
    r"delivery status notification|dsn:|ndn:|ndr\b|mail failure|mail error|smtp (?:mail )?fail|nondeliverable"
    r"|rejected posting|mail rejected|mailbox (?:over )?quota|over quota",
    r"(?:系统)?退信|投递失败|发送失败|无法投递|无法送达|未送达|退回|被退回|投递状态|邮件投递|邮件发送失败|延迟投递",
    r"郵件(?:無法|未能|傳遞|傳送|遞送|退回)|無法(?:傳遞|傳送|投遞|送達)|傳遞失敗|退件|寄送失敗|傳遞狀態",
    r"недоставленн|не (?:может быть |было |была )?доставлен|возврат (?:почты|письма)|ошибка доставки|не "
    r"удалось доставить|уведомление о (?:доставке|невозможности)|сообщение не доставлено",
    r"no se (?:puede|pudo|ha podido|pudo) entregar|no entregado|devuelto|fallo en la entrega|error de entrega"
    r"|correo no entregado|mensaje no entregado",
    r"n[ãa]o (?:foi |p[ôo]de ser )?entregue|falha na entrega|mensagem n[ãa]o entregue|devolvid[oa]"
    r"|notifica[çc][ãa]o do estado da entrega",
    r"non remis|non distribu|[ée]chec de (?:la )?(?:remise|livraison)|avis de non|impossible de remettre"
    r"|message non d[ée]livr",
    r"unzustellbar|nicht zugestellt|zustellung|fehler bei der|konnte nicht|nicht zustellbar|r[üu]cksendung"
    r"|mailsystemfehler",
    r"mancata consegna|impossibile recapitare|non recapitabile|consegna (?:non riuscita|fallita)|messaggio non "
    r"consegnato",
    r"niedostarcz|nie dostarczono|zwrot|nie mo[żz]na dostarczy[ćc]|powiadomienie o stanie",
    r"teslim edilemedi|iletilemedi|g[öo]nderilemedi",
    r"تعذر (?:التسليم|تسليم)|لم يتم تسليم|غير قابل للتسليم|فشل تسليم",
    r"配信(?:不能|できません|エラー|失敗)|送信(?:エラー|失敗|できません)|届けられません|配送不能|不達",
    r"(?:발송|전송|배달|전달)\s*(?:실패|되지|할 수 없|불가)|반송|배달되지 않음",
    r"onbestelbaar|niet (?:af)?(?:geleverd|bezorgd)|kon niet worden|bezorg(?:ing|fout)",
    r"không (?:thể )?(?:gửi|chuyển|phát)|thư bị trả lại|gửi thất bại",
    r"ไม่สามารถ(?:ส่ง|จัดส่ง)|ส่งไม่(?:ได้|สำเร็จ)",
    r"tidak (?:dapat )?(?:terkirim|dikirim|disampaikan)|gagal (?:dikirim|terkirim)",
)
BOUNCE_SUBJECT = Pattern(r"^\W{0,4}(?:re: )?(?:\[[^\]]{0,40}\]\s*+)?[^\n]{0,50}?(?:" + "|".join(_BOUNCE_SUBJECTS) + ")")

_STRONG_SUBJECTS = (
    r"undeliver(?:able|ed)\b",
    r"(?:mail )?delivery (?:failed|failure|status notification \((?:failure|delay)\)|has failed|notification"
    r"|problem|report)",
    r"failure notice|returned mail|failed (?:mail|message)\b|mail (?:delivery )?(?:failure|failed|error)"
    r"|mail system error|non-?delivery"
    r"|message (?:status|not delivered|delivery failure)",
    r"(?:系统)?退信|邮件投递失败|投递失败|无法投递|發送失敗|发送失败|郵件無法傳遞|無法傳遞"
    r"|传递(?:失败|延迟)|傳遞(?:失敗|延遲)|延迟投递",
    r"недоставленн|не доставлен|unzustellbar|non remis|no se puede entregar|non recapitabile|falha na entrega"
    r"|não entregue|配信不能|배달되지 않음|iletilemedi|onbestelbaar|niedostarcz",
)
STRONG_SUBJECT = Pattern(r"^\W{0,4}(?:" + "|".join(_STRONG_SUBJECTS) + ")")

REASONS: tuple[tuple[str, str], ...] = (
    (
        "5.2.2",
        (
            r"mailbox (?:is |has been |was )?(?:full|exceed)|full (?:mail|in)box"
            r"|(?:over|exceed(?:s|ed|ing)?|out of)[^.\n]{0,40}(?:quota"
            r"|storage|disk|mailbox size)|quota (?:exceed|violation|full)|insufficient (?:disk|storage|space)|not "
            r"enough (?:disk )?(?:space|storage)|inbox is full|account is full"
        ),
    ),
    (
        "5.2.2",
        (
            r"(?:邮箱|收件箱|信箱|郵箱|空间|容量|空間)[^。\n]{0,12}(?:已满|已滿|爆满|满了|不足|超(?:出|过|過|限))"
            r"|переполнен|buz[óo]n[^.\n]{0,20}lleno|caixa[^.\n]{0,40}cheia|bo[îi]te[^.\n]{0,20}pleine|postfach[^.\n]{0,"
            r"20}voll|casella[^.\n]{0,20}piena|kutusu dolu|メールボックス[^。\n]{0,20}(?:容量|いっぱい)|容量[^。\n]{0,"
            r"10}超|용량[^\n]{0,10}초과"
        ),
    ),
    (
        "5.2.1",
        (
            r"(?:account|mailbox|user|address)[^.\n]{0,30}(?:disabled|inactive|suspended|deactivated|has been closed"
            r"|is closed|locked|not active|expired)|(?:账号|帐号|账户|帐户|邮箱|帳號|用户)[^。\n]{0,12}(?:停用|禁用"
            r"|冻结|冻結|注销|註銷|未激活|被锁定)|заблокирован|отключен"
        ),
    ),
    (
        "5.1.1",
        (
            r"(?:user|recipient|address|mailbox|account|addressee|person|alias|name)s?\b[^.\n]{0,60}(?:unknown|not "
            r"(?:be )?(?:found|known|exist|listed|valid|recogni[sz]ed|our customer)|(?:does|do|did)(?: not|n.t) exist"
            r"|no longer|unavailable|invalid|rejected|undeliverable|isn.t)"
        ),
    ),
    (
        "5.1.1",
        (
            r"(?:unknown|invalid|no such|bad|nonexistent|non-existent|unrouteable|illegal|undefined|incorrect) "
            r"(?:local )?(?:user|recipient|address|mailbox|account|person|alias|destination|e-?mail)|no (?:such "
            r")?(?:user|mailbox|account|person|recipient|valid)|not (?:a (?:known|valid)|listed in)|doesn.t (?:have"
            r"|exist|like)|couldn.t be found|not known at this site|unable to find"
        ),
    ),
    (
        "5.1.1",
        (
            r"(?:收件人|收件地址|用户|用戶|帐号|账号|帳號|邮箱|地址|郵箱)(?:(?!域名|主机)[^。\n]){0,20}(?:不存在|未找到|找不到|无效"
            r"|無效|错误|未知|不正确|已失效)|不存在(?:的|此)?(?:用户|邮箱|收件人|帐号|账号)|找不到(?:收件|用户|使用者|该|該|此"
            r"|您所?[输輸]入的)|не (?:существует|найден|зарегистрирован)|неизвестн|no existe|inexistente|n[ãa]o existe"
            r"|n.existe pas|inconnu|unbekannt|existiert nicht|non esiste|sconosciuto|nie istnieje|bulunamad[ıi]|غير "
            r"موجود|見つかりません|存在しません|ありません|존재하지 않|없는 (?:사용자|계정|메일)|bestaat niet|onbekend"
            r"|không tồn tại|ไม่พบ|tidak (?:ditemukan|ada|dikenal)"
        ),
    ),
    (
        "5.1.2",
        (
            r"(?:host|domain|mx|dns|name ?server|system)\b[^.\n]{0,50}(?:unknown|not (?:be )?(?:found|exist|resolve)"
            r"|does(?: not|n.t) exist|lookup fail|invalid|unreachable|no such)|(?:unknown|no such|bad|invalid) (?:host"
            r"|domain|mx)|(?:域名|主机|网域|網域|主機|服务器)[^。\n]{0,16}(?:不存在|无法解析|找不到|解析失败|错误"
            r"|無法解析)|unrouteable (?:mail )?domain|no route to"
        ),
    ),
    (
        "5.3.4",
        (
            r"(?:message|mail|e-?mail|size|attachment)[^.\n]{0,40}(?:too (?:large|big|long)|exceed[^.\n]{0,20}(?:size"
            r"|maximum|limit|fixed))|(?:邮件|附件|信件|郵件)[^。\n]{0,12}(?:太大|过大|超过|超出|過大|超過)"
        ),
    ),
    (
        "4.4.7",
        (
            r"(?:timed? ?out|expired|too long in|retry (?:time|timeout)|retr(?:y|ies) (?:exceeded|limit)|delivery time"
            r"|connection (?:refused|timed|reset|dropped)|giving up|undeliverable for|could not connect|can.t connect"
            r"|unable to connect|unreachable)|(?:超时|逾时|逾時|重试|多次尝试|连接失败|無法連|无法连接)"
        ),
    ),
    (
        "5.7.1",
        (
            r"(?:spam|junk|unsolicited|blacklist|block(?:ed|list)|blocked|denied|not permitted|not allowed|prohibited"
            r"|refused|rejected|policy|banned|forbidden|not authori[sz]ed|unauthori[sz]ed|relay|administrative(?:ly)?"
            r"|content|virus|infected|filter)|(?:垃圾邮件|反垃圾|被拒|拒绝|拒收|黑名单|违规|内容|拦截|拒絕|垃圾郵件"
            r"|攔截)|спам|отклонен|отклонён"
        ),
    ),
)
"""RFC 3463 code and the words that mean it, the plainest reasons first."""

FAILURE = Pattern("|".join(pattern for _, pattern in REASONS))
REASON_PATTERNS = tuple((status, Pattern(pattern)) for status, pattern in REASONS)

FAILURE_SENTENCE = Pattern(
    r"(?:not|n.t|unable to|failed to|cannot|impossible to|wasn.t|could not)[^.\n]{0,50}(?:deliver|sent?\b"
    r"|reach|receiv|forward|accept|process)"
    r"|(?:deliver[a-z]{0,3}|delivery|message|mail|following)[^.\n]{0,60}(?:fail|error|unsuccessful|rejected"
    r"|returned|undeliverable|problem|aborted|refused)"
    r"|permanent (?:fatal )?errors?|fatal errors?|undeliver|returned to (?:sender|you)|bounced|non-?delivery"
    r"|giving up|failed address|user unknown|unknown user|address error|no such (?:user|recipient|mailbox)"
    r"|(?:投递|投遞|发送|發送|送达|送達|传递|傳遞|傳送|递送|寄送)[^。\n]{0,16}(?:失败|失敗|未成功|不成功|错误"
    r"|錯誤)|(?:无法|無法|未能|不能)[^。\n]{0,12}(?:投递|投遞|发送|發送|送达|送達|传递|傳遞|傳送|递送|到达|寄)"
    r"|退信|退回|拒收"
    r"|не (?:был[оа]? |может быть |удалось |удаётся )?(?:доставл|достав|отправл)|недостав|no (?:se )?(?:pudo"
    r"|puede|ha podido|ha sido)[^.\n]{0,30}(?:entreg|envi)|n[ãa]o (?:foi|p[ôo]de)[^.\n]{0,30}(?:entreg|envi)"
    r"|n.a pas pu [êe]tre|[ée]chec|nicht (?:zugestellt|[üu]bermittelt|erreich)|unzustellbar|non (?:[èe] stato"
    r"|recapit|consegn)|nie (?:mo[żz]na|zosta[łl]a?) (?:dostarcz|by[ćc])|(?:teslim|iletil"
    r"|g[öo]nderil)[a-zçğıöşü]{0,10}(?:me|ama|eme)d"
    r"|تعذر|لم يتم|届け(?:る|られ)|配信でき|配送でき|送信でき|(?:전송|발송|전달|배달)[^\n]{0,12}(?:실패|못"
    r"|되지)|반송|niet (?:worden )?(?:afgeleverd|bezorgd)|không (?:thể )?(?:gửi|chuyển)|ไม่สามารถ|tidak "
    r"(?:dapat|bisa) (?:dikirim|terkirim)"
)

DELAY = Pattern(
    r"(?:still being|will (?:be )?(?:continue|keep|re)|continue)[^.\n]{0,30}(?:retr|try)|will be retried"
    r"|(?:message|mail|delivery)[^.\n]{0,30}(?:delayed|deferred)|has been postponed"
    r"|could not (?:be )?(?:sent?|delivered?)[^.\n]{0,40}(?:for (?:the )?(?:past|last)|yet)|(?:do|need) not "
    r"(?:need to )?(?:re)?send|not yet (?:been )?delivered|no action is required|warning message only"
    r"|(?:仍在|继续|繼續|將繼續|将继续|还会|正在)[^。\n]{0,10}(?:尝试|重试|嘗試|重試|投递)|延迟|延遲|延误"
    r"|暂时(?:无法|未能)|暫時(?:無法|未能|性)|повторн|задерж|se seguir[áa] intentando|wird weiter versucht|verz[öo]ger"
)
FINAL = Pattern(
    r"giv(?:e|en|ing) up|permanent|returned|failed (?:after|permanently)|too long|no longer|will not be|has "
    r"expired|最终|停止|不再|放弃"
)

STRONG_TEXT = Pattern(
    r"\s*+(?:[*=#-]++\s*+)?(?:hi[.,!]\s*+)?(?:"
    r"this (?:is the (?:mail system|qmail-send program|mailer-daemon|postfix|mail delivery)|message was "
    r"created automatically by (?:mail|the) delivery)"
    r"|(?:sorry,? |we(?: are|'re) sorry,? |i(?:'m| am) (?:sorry|afraid),? )?[^\n]{0,40}(?:your|a|the following"
    r"|the) (?:e-?mail |mail )?(?:message|mail|e-?mail)[^.\n]{0,60}(?:could not be|was not|wasn't|couldn't be"
    r"|cannot be|can't be|has not been|failed to be) delivered"
    r"|(?:delivery|transmission)[^.\n]{0,40} (?:to|of)[^.\n]{0,60}(?:recipient|address|message)[^.\n]{0,"
    r"20}(?:failed|unsuccessful)"
    r"|votre message n.a pas pu [êe]tre (?:d[ée]livr|remis|distribu)"
    r"|(?:抱歉|很抱歉|对不起|尊敬的[^\n]{0,20}|您好)?[，,：:！!\s]*(?:您|你(?!们))(?:的|发(?:送|出)的|给[^\n"
    r"]{0,60}的)?[^\n。]{0,30}(?:邮件|信件)[^\n。]{0,30}(?:被退回|退回|未能(?:投递|送达|发送)|无法(?:投递|送达"
    r"|发送)|投递失败|发送失败)"
    r"|(?:抱歉|很抱歉)?[，,\s]*您(?:的|寄出的|傳送的)[^\n。]{0,30}(?:郵件|信件)[^\n。]{0,30}(?:無法|未能|退回)"
    r")"
)
