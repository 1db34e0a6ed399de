"""The words of mail programs, one row a language: how they introduce a quote, name a header, sign a footer."""

import re

ORIGINAL = (
    "original(?: e-?mail)?(?: message| mail)?|reply message|replied message",
    "原始(?:邮件|信息|信件|消息)|邮件原件|原(?:邮|信)件|邮件原文|回复的?(?:原)?邮件|原文",
    "原始(?:郵件|訊息|信件)|郵件原件|原(?:郵|信)件|郵件原文|回覆的?(?:原)?郵件",
    "исходное (?:сообщение|письмо)|оригинальное (?:сообщение|письмо)|оригинал сообщения",
    "mensaje original|correo original",
    "mensagem original|e-?mail original",
    "message d.origine|message (?:original|initial)|courriel original",
    "urspr(?:ü|ue)ngliche (?:nachricht|mail|e-mail)|original-?nachricht|originalnachricht",
    "messaggio (?:originale|originario)",
    "wiadomo[śs][ćc] oryginalna|oryginalna wiadomo[śs][ćc]|pierwotna wiadomo[śs][ćc]",
    "(?:orijinal|özgün|asıl) (?:mesaj|ileti|e-?posta)",
    "الرسالة الأصلية|رسالة أصلية",
    "元の(?:メッセージ|メール)|オリジナル(?:メッセージ|メール)|原文",
    "원본 ?(?:메시지|메일|이메일)|원래 ?메시지",
    "(?:oorspronkelijk|origineel) bericht",
    "(?:tin nhắn|thư|email) gốc",
    "ข้อความต้นฉบับ|ข้อความเดิม",
    "pesan asli|email asli",
    "oprindelig (?:besked|meddelelse)|opprinnelig melding|urs?prungligt meddelande|originalmeddelande"
    "|alkuperäinen viesti",
    "p[ůu]vodn[íi] (?:zpr[áa]va|e-?mail)|p[ôo]vodn[áa] spr[áa]va|eredeti üzenet|mesaj original|αρχικό μήνυμα"
    "|הודעה מקורית",
)
"""What a mail program writes between dashes above the mail that it answers."""

FORWARDED = (
    "(?:begin )?forwarded (?:message|mail|e-?mail)(?: follows)?|start of forwarded message",
    "转发(?:的)?(?:原)?(?:邮件|信息|消息)(?:信息)?|以下是转发的邮件|开始转发邮件|转发自",
    "轉[寄發](?:的)?(?:原)?(?:郵件|訊息|信件)|以下是[被]?轉[寄發]的郵件|開始轉[寄發]郵件",
    "переслан(?:ное|ая) (?:сообщение|письмо)|пересылаемое (?:сообщение|письмо)|начало переадресованного "
    "сообщения|перенаправленное сообщение",
    "(?:inicio del )?mensaje reenviado|correo reenviado",
    "(?:início da )?mensagem (?:encaminhada|reencaminhada)",
    "(?:début du )?(?:message|courriel) (?:transféré|réexpédié|transmis)",
    "(?:anfang der )?weitergeleiteten? (?:nachricht|mail|e-mail)",
    "(?:inizio )?messaggio inoltrato|(?:inizio del )?messaggio inoltrato",
    "(?:początek )?(?:przekazan(?:a|ej)|przekazywanej|przesłan(?:a|ej)) wiadomo(?:ść|ści)(?: dalej)?|wiadomość "
    "przekazana(?: dalej)?",
    "(?:iletilen|iletilmiş|yönlendirilen|yönlendirilmiş) (?:mesaj|ileti|e-?posta)",
    "(?:بدء )?(?:ال)?رسالة (?:ال)?(?:مُعاد|معاد|المُعاد|المعاد) توجيهها|رسالة محولة",
    "転送(?:された)?(?:メッセージ|メール)|以下は転送メッセージ(?:です)?",
    "전달된 ?(?:메시지|메일)|전달 ?메시지",
    "(?:begin )?doorgestuurd(?:e)? bericht",
    "(?:thư|tin nhắn|email) (?:được |đã )?chuyển tiếp",
    "ข้อความที่ส่งต่อ|เริ่มข้อความที่ส่งต่อ",
    "pesan (?:terusan|yang diteruskan)|(?:awal )?pesan terusan",
    "videresendt (?:besked|melding|meddelelse)|vidarebefordrat (?:meddelande|brev)|välitetty viesti"
    "|p[řr]eposlan[áa] zpr[áa]va|továbbított üzenet|προωθημένο μήνυμα",
)
"""What a mail program writes above a mail that it passes on."""

HEADERS: dict[str, tuple[str, ...]] = {
    "from": (
        "from|发件人|发送者|发信人|发送人|寄件者|寄件人|發件人|от|от кого|de|remitente|expéditeur|von|da|od"
        "|nadawca|kimden|gönderen|من",
        "差出人|送信者|送信元|from名|보낸사람|보낸 사람|발신|발신인|보낸이|van|afzender|từ|người gửi|จาก|dari"
        "|fra|från|lähettäjä",
        "odesílatel|feladó|από|מאת|від",
    ),
    "date": (
        "date|sent|sent at|时间|日期|发送时间|发送日期|发件时间|寄件日期|傳送時間|發送時間|寄件時間|дата"
        "|отправлено|дата отправки|fecha",
        "enviado|enviado el|enviada|enviada em|enviado em|data|envoyé|envoyé le|message du|date d'envoi"
        "|gesendet|gesendet am|datum",
        "inviato|wysłano|wysłane|tarih|gönderildi|gönderme tarihi|التاريخ|تاريخ|تم الإرسال|أرسلت|تاريخ الإرسال"
        "|日時|送信日時|送信日|日付",
        "보낸날짜|보낸 날짜|날짜|보낸시간|보낸 시간|발송일|일자|verzonden|ngày|đã gửi|gửi|ngày gửi|วันที่|ส่ง"
        "|เวลา|ส่งเมื่อ|tanggal|dikirim|terkirim",
        "dato|sendt|skickat|lähetetty|odesláno|elküldve|dátum|ημερομηνία|תאריך|נשלח|надіслано",
    ),
    "to": (
        "to|收件人|收件者|收信人|收信者|кому|para|destinatario|à|a|pour|an|do|adresat|kime|alıcı|إلى|الى|宛先"
        "|받는사람|받는 사람|수신",
        "수신인|수신자|받는이|aan|đến|tới|người nhận|ถึง|kepada|ke|til|till|vastaanottaja|komu|címzett|προς|אל",
    ),
    "cc": (
        "cc|bcc|抄送|抄送人|密送|副本|副本抄送|копия|copie|copie à|copia|kopie|kopia|dw|bilgi|نسخة|参照|참조"
        "|숨은참조|สำเนา|tembusan|kopi",
        "kopio|másolat|κοιν|עותק|копія|reply-to|回复至|答复",
    ),
    "subject": (
        "subject|主题|主旨|标题|主題|標題|тема|asunto|assunto|objet|sujet|betreff|oggetto|temat|konu|الموضوع"
        "|موضوع|件名|題名|제목",
        "onderwerp|chủ đề|tiêu đề|เรื่อง|หัวเรื่อง|subjek|perihal|judul|emne|ämne|aihe|předmět|predmet|tárgy|θέμα|נושא",
    ),
    "importance": ("importance|priority|重要性|优先级|优先顺序|важность|attachment|attachments|附件|вложения",),
}
"""Canonical header field to its names in the header blocks that Outlook, Foxmail, QQ and their kind write."""

HEADER_NAMES = {word: name for name, rows in HEADERS.items() for row in rows for word in row.split("|")}
"""The same, the other way round."""

VERBS = (
    r"wrote|writes|写道|写到|撰写|寫道|寫到|撰寫|написал(?:\(а\)|а|и)?|писал(?:\(а\)|а|и)?|пишет|пише"
    r"|написав(?:\(ла\))?"
    r"|escribi[óo]|ha escrito|escreveu|a [ée]crit|[ée]crivait|schrieb(?:en)?|geschrieben|ha scritto|scrive"
    r"|napisa[łl](?:\(a\)|a)?|pisze"
    r"|yazdı|yazmış|كتب(?:ت|ه)?|تمت كتابة ما يلي|書きました|のメール|のメッセージ|さんは|wrote|작성|썼습니다"
    r"|님이 보냄|님이 쓴 글|schreef|geschreven|đã viết|viết|เขียน(?:ว่า)?"
    r"|menulis|tulis|skrev|kirjoitti|napsal(?:\(a\)|a)?|nap[íi]sal(?:a)?|írta|έγραψε|כתב(?:/ה|ה)?|a scris|je "
    r"(?:na)?pisao|rašė|kirjutas|написа"
)
"""To write, in the tense of attributions."""

STARTS = (
    r"on\b|at\b|in a message dated|quoting|le\b|el\b|am\b|il\b|em\b|op\b|den\b|dne\b|dnia\b|w dniu|pada\b"
    r"|vào\b|ในวันที่|เมื่อ|ใน|في|بتاريخ|在|于|於|il giorno"
    r"|mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|dom|seg|ter|qua|qui|sex|пн|вт"
    r"|ср|чт|пт|сб|вс|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье"
    r"|pon|wt|śr|czw|pt|sob|niedz|mo|di|mi|do|fr|sa|so|[（(\"'“]?\d|---* ?on|---* ?在"
)
"""How an attribution begins."""

_DEVICES = (
    r"iphone|ipad|ipod|imac|macbook|\bmac\b|android|samsung|galaxy|huawei|\bhonor\b|xiaomi|redmi|\boppo\b|\bvivo\b",
    r"oneplus|realme|meizu|nokia|sony|xperia|\bhtc\b|\bwiko\b|\basus\b|alcatel|motorola|\bmoto\b|\bzte\b|lenovo|nexus",
    r"pixel|kindle|blackberry|windows|outlook|hotmail|gmail|yahoo|icloud|\baol\b|\bgmx\b|web\.de|proton"
    r"|tutanota|airmail",
    r"bluemail|aquamail|thunderbird|foxmail|mailbox|workspace|\bzoho\b|\bspark\b|mail\.ru|yandex|яндекс|netease",
    r"smartphone|handy|mobile\b|mobil\b|\bm[óo]vil|celular|phone|telefon|téléphone|teléfono|tablet|\bdevice|gerät|appareil",
    r"dispositivo|cihaz|l.appli(?:cation)?\b|\bqq\b|qq邮箱|\b163\b|\b126\b|\b139\b|\b189\b|手机|手機|邮箱|郵箱|信箱|客户端|安卓|小米|红米|华为"
    r"|華為|荣耀|三星",
    r"一加|魅族|网易|新浪|搜狐|企业微信|微信|钉钉|飞书|阿里|平板|移动设备|裝置|大师|スマートフォン|スマホ|携帯"
    r"|タブレット|휴대폰",
    r"스마트폰|아이폰|갤럭시|네이버|โทรศัพท์|ไอโฟน|điện thoại|ponsel|هاتف|جوال|آيفون|телефон|смартфон|почт|\bios\b",
)
_DEVICE = f"(?:{'|'.join(_DEVICES)})"

_FOOTERS = (
    r"sent (?:from|via|using|with|by) [^,，]{0,40}DEVICE.{0,90}|sent from (?:mail|my [\w’'-]+(?: [\w’'-]+){0,4})[.]?",
    r"get outlook for .{1,90}|sent (?:from|with) .{0,30}(?:https?://\S+|<\S+>).{0,60}",
    r"(?:发送?自|发至|来自|寄自|發送?自|來自|傳送自|發於)\s*.{0,24}(?:DEVICE|mail)(?:(?![没沒不的请請吗嗎怎能和])[^。？！?!，,]){0,24}",
    r"[从從].{0,24}DEVICE.{0,20}(?:发送|傳送|发出|發送|寄出)",
    r"(?:由|使?用|通过|透過).{0,20}DEVICE.{0,20}(?:发送|发出|發送|傳送)|签名由\s*.{1,20}定制",
    r"(?:获取|下载|取得|下載).{0,20}outlook.{0,90}",
    r"(?:отправлено|отправлен|послано|надіслано) [^,，]{0,40}DEVICE.{0,60}|получить outlook для .{1,90}",
    r"enviad[oa] [^,，]{0,40}DEVICE.{0,90}|obtener outlook para .{1,90}|obter o outlook para .{1,90}",
    r"envoy[ée] [^,，]{0,40}DEVICE.{0,90}|(?:obtenir|t[ée]l[ée]charge[rz]) outlook pour .{1,90}",
    r"(?:diese nachricht wurde )?von [^,，]{0,40}DEVICE.{0,50} gesendet|gesendet [^,，]{0,40}DEVICE.{0,90}",
    r"(?:holen sie sich|laden sie) outlook .{1,90}|outlook für .{1,60}",
    r"inviat[oa] [^,，]{0,40}DEVICE.{0,90}|(?:scarica|ottieni) outlook per .{1,90}",
    r"(?:verstuurd|verzonden) [^,，]{0,40}DEVICE.{0,90}|(?:download|haal) outlook voor .{1,90}|outlook voor .{1,60}",
    r"wys[łl]an[eoy]? [^,，]{0,40}DEVICE.{0,90}|pobierz .{0,20}outlook .{1,90}",
    r".{0,30}DEVICE.{0,60}gönderildi\.?|(?:ios|android) için outlook.{0,20}",
    r"(?:تم الإرسال|أُ?رسلت?|مُ?رسلة?|تم إرساله?ا?) .{0,30}DEVICE.{0,60}|الحصول على outlook.{0,90}",
    r".{0,30}DEVICE.{0,30}(?:から|より)(?:の)?送信.{0,10}|.{0,40}outlook.{0,30}(?:を入手|をダウンロード).{0,20}",
    r".{0,30}DEVICE.{0,30}(?:에서|으로) ?(?:보냄|보낸|전송|보냈습니다).{0,10}|.{0,20}용 outlook.{0,20}",
    r"(?:đã )?(?:được )?gửi .{0,30}DEVICE.{0,60}|tải outlook cho .{1,90}",
    r"ส่งจาก.{0,30}DEVICE.{0,60}|รับ outlook .{1,90}",
    r"(?:di)?kirim(?:kan)? .{0,30}DEVICE.{0,60}|dapatkan outlook .{1,90}",
    r"(?:skickat|sendt|lähetetty|odesl[áa]no|odoslan[ée]|elküldve|trimis|στάλθηκε|נשלח|hentet) ?.{0,30}DEVICE.{0,60}",
    r"(?:få|skaffa|hent) outlook .{1,90}",
    r"(?:virus-?free|无病毒|virenfrei|sans virus|libre de virus)[.。].{0,110}|this e-?mail (?:has been|was) "
    r"(?:checked|scanned) .{0,90}",
)
_NO_LITERAL = re.compile(r"\\.|\[[^\]]*\]|\(\?:[^)]*\)\??|.\?|\.")
FOOTER_WORDS = (
    *sorted({max(_NO_LITERAL.split(word), key=len) for row in _DEVICES for word in row.split("|")}),
    *("outlook", "sent ", "mail", "vir", "无病毒", "定制"),
)
"""One of these is in every such footer, in lower case: a quick look before the long one."""
MOBILE = tuple(row.replace("DEVICE", _DEVICE) for row in _FOOTERS)
"""The line that a phone or a mail program puts below a message; each must fill its whole line, and name the program:
buyers write "sent by DHL" and 从上海发出."""

LEGAL = (
    r"[*\s]*+(?:confidentiality|disclaimer|legal|privacy|important|privileged)[ \w/&]{0,24}(?:notice|note"
    r"|statement)\s*+[:：.-]",
    r"[*\s]*+(?:confidentiality|disclaimer)\s*+[:：.-]",
    r"(?:this|the information (?:contained |transmitted )?in this|the contents of this) (?:e-?mail|message"
    r"|communication"
    r"|transmission)[^.\n]{0,80}(?:confidential|privileged|intended (?:only|solely|for)|may contain (?:priv"
    r"|conf|info))",
    r"(?:please |p )?consider the environment before printing",
    r"if you (?:are not the (?:intended|named|addressee)|(?:have )?received? this (?:e-?mail|message|communication))",
    r"[【\[(（*\s]*+(?:保密|免责|免責|机密|機密|法律|隐私)\s*+(?:声明|聲明|提示|条款|條款|告知|通知|须知|注意)"
    r"(?=\s*+(?:$|[:：】\])）\n*]|[此本该該这這]))",
    r"[【\[(（*\s]*+(?:重要|注意|版权)?\s*+(?:声明|聲明|提示|通知)?[】\])）]?\s*+[:：]?\s*+(?:此|本|该)(?:电子"
    r"|電子)?(?:邮件|郵件)[^。\n]{0,60}"
    r"(?:保密|机密|機密|商业秘密|專有|专有|特定|指定|仅供|僅供|仅限|僅限)",
    r"(?:此|本|该|這|这)(?:封)?(?:电子|電子)?(?:邮件|郵件|信件)[^。\n]{0,40}(?:保密|机密|機密|商业秘密|專有"
    r"|专有|仅供|僅供|仅限|僅限|指定收件)",
    r"(?:请|請)[^。\n]{0,12}(?:打印|列印)[^。\n]{0,20}(?:环保|环境|環保|環境)|请考虑环境",
    r"(?:данное|это|настоящее) (?:сообщение|письмо|электронное)[^.\n]{0,80}(?:конфиденциальн|предназначен)",
    r"(?:este|el presente) (?:mensaje|correo)[^.\n]{0,80}(?:confidencial|exclusiv)|aviso (?:legal|de confidencialidad)",
    r"(?:esta|a presente) (?:mensagem|e-?mail)[^.\n]{0,80}(?:confidencia|exclusiv)|aviso de confidencialidade",
    r"(?:ce|le pr[ée]sent) (?:message|courriel|mail|e-?mail)[^.\n]{0,80}(?:confidentiel|exclusiv|établi à)"
    r"|avis de confidentialit",
    r"diese (?:e-?mail|nachricht|mail)[^.\n]{0,80}vertraulich|vertraulichkeitshinweis|haftungsausschluss",
    r"(?:questo|il presente) (?:messaggio|e-?mail)[^.\n]{0,80}(?:riservat|confidenzial)"
    r"|le informazioni contenute in questo messaggio",
    r"(?:niniejsza|ta|treść) (?:wiadomość|e-?mail)[^.\n]{0,80}(?:poufn|przeznaczon|wyłącznie)",
    r"bu (?:e-?posta|mesaj|ileti)[^.\n]{0,80}(?:gizli|yalnızca)|yasal uyarı",
    r"(?:هذه|إن هذه|هذا) (?:الرسالة|البريد)[^.\n]{0,80}(?:سري|موجه)",
    r"(?:この|本)(?:電子)?メール[^。\n]{0,60}(?:機密|秘密|名宛)",
    r"(?:본|이) (?:전자)?(?:메일|우편|이메일)[^.\n]{0,60}(?:기밀|비밀|지정)",
    r"(?:dit bericht|deze e-?mail)[^.\n]{0,80}(?:vertrouwelijk|uitsluitend)",
)
"""How a legal notice begins: with words that nobody uses of a parcel."""

CLOSINGS = (
    r"(?:(?:thanks|thank you)(?:,| and| &) )?(?:(?:best|kind(?:est)?|warm(?:est)?|many|with (?:best|kind"
    r"|warm)) )?regards|(?:yours |your "
    r")?(?:sincerely|truly|faithfully|respectfully)(?: yours)?|cheers|all the best|best wishes|sincerely",
    r"此致|敬礼|敬禮|祝好|祝商祺|顺颂商祺|顺祝商祺|順頌商祺|商祺|顺颂时祺|此致敬礼|敬上|谨启|謹啟|诚挚的问候",
    r"с (?:уважением|наилучшими пожеланиями)|з повагою|всего (?:доброго|наилучшего)",
    r"(?:un )?(?:cordial(?:es)? )?saludos?(?: cordiales)?|atentamente|un abrazo",
    r"(?:com os melhores )?cumprimentos|atenciosamente|abra[çc]os?|att\.?",
    r"(?:bien )?cordialement|(?:bien [àa] vous)|(?:meilleures |sinc[èe]res )?salutations(?: distingu[ée]es)?",
    r"(?:mit )?(?:freundlichen|besten|lieben|herzlichen|viele|liebe|beste|schöne|freundliche) gr(?:ü|ue)(?:ß"
    r"|ss)en?|mfg|gru(?:ß|ss)",
    r"(?:cordiali|distinti) saluti|cordialmente",
    r"pozdrawiam(?: serdecznie)?|z (?:poważaniem|powazaniem|wyrazami szacunku)",
    r"sayg[ıi]lar[ıi]m(?:la|[ıi]zla)?|iyi (?:günler|çalışmalar)|selamlar",
    r"مع (?:أطيب )?(?:التحيات|التحية|تحياتي)|تحياتي|وتفضلوا بقبول",
    r"敬具|以上|よろしくお願い(?:いた|致)?します|宜しくお願い(?:いた|致)?します",
    r"감사합니다|드림|올림",
    r"(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|groet(?:en|jes)?|mvg",
    r"trân trọng|thân mến|kính thư",
    r"ขอแสดงความนับถือ|ด้วยความเคารพ",
    r"(?:dengan )?hormat(?: saya| kami)?|salam(?: hormat)?",
    r"(?:med )?(?:venlig(?:e)?|v[äa]nlig(?:a)?|vennlig|bästa|hjertelig|mange) hils(?:en|ninger?)|(?:med "
    r")?vänlig(?:a)? hälsning(?:ar)?|mvh|kh|vh|hilsen|hälsningar|ystävällisin terveisin|s pozdravem|s "
    r"pozdravom|üdvözlettel|cu stimă|με εκτίμηση|בברכה",
)
"""How letters close: a name and little more may follow."""
