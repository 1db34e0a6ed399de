"""The words of mail programs, one row a language: how they introduce a quote, name a header, sign a footer."""

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

MOBILE = (
    r"sent (?:from|via|by|with|using) (?:my |the |an? )?(?:\w+[ '’]?s? ){0,3}(?:iphone|ipad|android|samsung"
    r"|galaxy|huawei|xiaomi|phone|mobile|blackberry|nokia|htc|sony|lg|wiko|asus|alcatel|motorola|moto|zte"
    r"|lenovo|meizu|nexus|kindle|pixel|oneplus|oppo|vivo|smartphone|tablet|device|mail|outlook|yahoo|gmail"
    r"|windows|mailbox|spark|aol|proton|tutanota|airmail|newton|hey|myphone|telstra|verizon|rogers|qq|foxmail"
    r"|workspace|hotmail|icloud|handheld|cell|web)\b.{0,110}",
    r"get outlook for (?:ios|android|mac|windows).{0,90}",
    r"sent (?:from|with) .{0,20}(?:https?://\S+|<\S+>|proton\s?mail).{0,90}",
    r"(?:发送?自|发至|来自|寄自)\s*(?:我的|于)?\s*.{0,24}(?:iphone|ipad|ipod|mac|手机|邮箱|客户端|android|安卓"
    r"|小米|红米|redmi|华为|huawei|荣耀|honor|vivo|oppo|三星|samsung|galaxy|一加|魅族|meizu|realme|mail"
    r"|outlook|foxmail|网易|qq|新浪|企业微信|微信|钉钉|阿里|139|windows|平板|移动设备|设备|智能手机|大师"
    r"|app).{0,24}",
    r"(?:發送?自|來自|寄自|傳送自|發於)\s*(?:我的)?\s*.{0,24}(?:iphone|ipad|手機|郵箱|信箱|android|mail"
    r"|outlook|三星|samsung|華為|小米|yahoo|windows|裝置|app).{0,24}",
    r"[从從]\s*(?:我的\s*)?.{1,24}(?:发送|傳送|发出|發送|寄出)",
    r"(?:由|使用|通过)\s*.{1,20}(?:发送|发出|發送|傳送)|签名由\s*.{1,20}定制",
    r"(?:获取|下载|取得|下載)\s*(?:适用于\s*(?:ios|android)\s*的\s*)?(?:outlook|适用于).{0,90}|取得\s*.{0,"
    r"12}版\s*outlook.{0,20}",
    r"(?:отправлено|отправлен|послано) (?:с |из |от |через ).{1,110}|получить outlook для .{1,90}|надіслано з .{1,110}",
    r"enviado (?:desde|de|do|da|a partir d[oe]|pelo|por|via) (?:mi |meu |o meu )?.{1,110}|obtener outlook para "
    r".{1,90}|obter o outlook para .{1,90}",
    r"envoy[ée] (?:de(?:puis)?|à partir de|avec|par|via) .{1,110}|(?:obtenir|télécharger|t[ée]l[ée]chargez) "
    r"outlook pour .{1,90}",
    r"(?:diese nachricht wurde )?von (?:meinem|mein) .{1,50} gesendet|gesendet (?:von|mit|aus|über) .{1,110}"
    r"|(?:holen sie sich|laden sie) outlook für .{1,90}|outlook für (?:ios|android|mac) (?:beziehen"
    r"|herunterladen|laden)",
    r"inviato (?:da|dal|con|tramite) .{1,110}|(?:scarica|ottieni) outlook per .{1,90}",
    r"(?:verstuurd|verzonden) (?:vanaf|met|via|vanuit|van) .{1,110}|(?:download|haal) outlook voor .{1,90}"
    r"|outlook voor (?:ios|android) (?:downloaden|ophalen)",
    r"wys[łl]an[eoy]? (?:z|za|przez) .{1,110}|pobierz (?:program |aplikację )?outlook .{1,90}",
    r".{1,30}(?:['’]?(?:u?m?d[ae]n|t[ae]n|umdan|imden)) gönderildi\.?|.{1,90} (?:ile|üzerinden|cihazımdan"
    r"|telefonumdan) gönderildi\.?|(?:ios|android) için outlook.{0,20}",
    r"(?:تم الإرسال|أُ?رسلت?|مرسل[ة]?|تم إرساله?[ا]?) (?:من|بواسطة|عبر).{1,110}|الحصول على outlook.{0,90}",
    r".{1,30}(?:から|より)送信(?:しました|されました)?|outlook for (?:ios|android) (?:を入手"
    r"|をダウンロード).{0,20}|(?:ios|android) ?版 ?outlook を.{0,20}",
    r"(?:나의 |내 )?.{1,30}(?:에서|으로) (?:보냄|보낸 메일|보낸 메시지|전송|보냈습니다|보내드립니다)\.?|(?:ios"
    r"|android)용 outlook.{0,20}",
    r"(?:đã )?(?:được )?gửi (?:từ|bằng|qua) .{1,110}|tải outlook cho .{1,90}",
    r"ส่งจาก.{1,110}|รับ outlook .{1,90}",
    r"(?:di)?kirim(?:kan)? (?:dari|melalui|dengan) .{1,110}|dapatkan outlook .{1,90}",
    r"skickat från .{1,110}|sendt fra .{1,110}|lähetetty .{1,90}|odesl[áa]no z .{1,110}|odoslan[ée] z .{1,110}"
    r"|elküldve .{1,110}|trimis de pe .{1,110}|στάλθηκε από .{1,110}|נשלח מ.{1,110}|hentet fra .{1,90}|få "
    r"outlook for .{1,90}|skaffa outlook .{1,90}",
    r"(?:virus-?free|无病毒|virenfrei|sans virus|libre de virus)[.。].{0,110}|this e-?mail (?:has been|was) "
    r"(?:checked|scanned).{0,100}",
)
"""The line that a phone or a mail program puts below a message; each must fill its whole line."""

LEGAL = (
    r"[*\s]*(?:confidentiality|disclaimer|legal|privacy|important|privileged)[ \w/&]{0,24}(?:notice|note"
    r"|statement|information|disclaimer|warning)?\s*[:：.-]",
    r"(?:this|the information (?:contained |transmitted )?in this|the contents of this) (?:e-?mail|message"
    r"|communication|transmission)[^.\n]{0,80}(?:confidential|privileged|intended|is for|may contain|contains"
    r"|property)",
    r"(?:please |p )?consider the environment before printing",
    r"if you (?:are not the intended|have received this|received this) .{0,40}",
    r"[【\[(（*\s]*(?:重要|保密|免责|免責|机密|機密|法律|隐私|版权)\s*(?:声明|聲明|提示|条款|條款|告知|通知|须知|注意)",
    r"(?:声明|重要提示|注意|提示)\s*[:：]\s*(?:此|本|该)(?:电子)?(?:邮件|郵件)",
    r"(?:此|本|该|這|这)(?:封)?(?:电子|電子)?(?:邮件|郵件|信件)(?:及|和|与|中|以及|其|的|所|或|之)[^。\n]{0,"
    r"40}(?:保密|机密|機密|商业秘密|專有|专有|特定|指定|收件人|仅供|僅供|含有|包含)",
    r"(?:请|請)(?:在打印|考虑环境|節約用紙|在列印)[^。\n]{0,20}(?:环保|环境|環保|用纸|地球)?",
    r"(?:данное|это|настоящее) (?:сообщение|письмо|электронное)[^.\n]{0,80}(?:конфиденциальн|предназначен)",
    r"(?:este|el presente) (?:mensaje|correo)[^.\n]{0,80}(?:confidencial|destinatari|dirigid)|aviso (?:legal"
    r"|de confidencialidad)",
    r"(?:esta|a presente) (?:mensagem|e-?mail)[^.\n]{0,80}(?:confidencia|destinat)|aviso de confidencialidade",
    r"(?:ce|le pr[ée]sent) (?:message|courriel|mail|e-?mail)[^.\n]{0,80}(?:confidentiel|destin|établi)|avis de "
    r"confidentialit",
    r"diese (?:e-?mail|nachricht|mail)[^.\n]{0,80}(?:vertraulich|bestimmt|enth[äa]lt)|vertraulichkeitshinweis"
    r"|haftungsausschluss",
    r"(?:questo|il presente|le informazioni contenute in questo)[^.\n]{0,20}(?:messaggio|e-?mail)[^.\n]{0,"
    r"80}(?:riservat|confidenzial|destinatari|sono)",
    r"(?:niniejsza|ta|treść) (?:wiadomość|e-?mail)[^.\n]{0,80}(?:poufn|przeznaczon|wyłącznie)",
    r"bu (?:e-?posta|mesaj|ileti)[^.\n]{0,80}(?:gizli|kişi|yalnızca)|yasal uyarı",
    r"(?:هذه|إن هذه|هذا) (?:الرسالة|البريد)[^.\n]{0,80}(?:سري|موجه|خاص)",
    r"(?:この|本)(?:電子)?メール[^。\n]{0,60}(?:機密|秘密|宛先|受信者|名宛)",
    r"(?:본|이) (?:전자)?(?:메일|우편|이메일)[^.\n]{0,60}(?:기밀|비밀|수신인|지정)",
    r"(?:dit|deze|de informatie) (?:bericht|e-?mail|in dit)[^.\n]{0,80}(?:vertrouwelijk|bestemd|uitsluitend)",
)
"""How a legal notice begins."""

CLOSINGS = (
    r"(?:(?:best|kind(?:est)?|warm(?:est)?|many|with (?:best|kind|warm)) )?regards|(?:yours |your "
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
