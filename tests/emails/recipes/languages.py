"""How mail programs in each language introduce a quote, name its headers, and sign; with an answer in that language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """How programs in one language introduce what they quote.

    `lines` are attributions, each followed by a quote; `block` is Outlook's header block; `footer` a phone's line.
    """

    code: str
    answer: str
    asked: str
    lines: tuple[str, ...]
    block: str
    footer: str
    closing: str


LANGUAGES = (
    Language(
        "en",
        "Thanks, it arrived.\nOn the box it says 40, but I ordered 42.",
        "Your order has shipped.",
        (
            "On Fri, Jan 5, 2024 at 10:00 AM Cloud Shop <shop@example.com> wrote:",
            "On Jan 5, 2024, at 10:00, Cloud Shop <shop@example.com> wrote:",
            "On 05/01/2024 10:00, Cloud Shop wrote:",
            "On Friday, January 5, 2024 at 10:00:00 AM GMT+8, Cloud Shop\n<shop@example.com> wrote:",
        ),
        "From: Cloud Shop <shop@example.com>\nSent: Friday, January 5, 2024 10:00 AM\nTo: Ann <ann@example.com>"
        "\nSubject: Your order",
        "Sent from my iPhone",
        "Best regards,\nAnn Lee",
    ),
    Language(
        "ru",
        "Спасибо, получил.\nНо размер не тот: нужен 42.",
        "Ваш заказ отправлен.",
        (
            "пт, 5 янв. 2024 г. в 10:00, Cloud Shop <shop@example.com>:",
            '05.01.2024, 10:00, "Cloud Shop" <shop@example.com>:',
            "Пятница, 5 января 2024, 10:00 +03:00 от Cloud Shop <shop@example.com>:",
            "5 янв. 2024 г., в 10:00, Cloud Shop <shop@example.com> написал(а):",
        ),
        "От: Cloud Shop <shop@example.com>\nОтправлено: 5 января 2024 г. 10:00\nКому: Иван <ivan@example.ru>\n"
        "Тема: Заказ",
        "Отправлено из мобильной Почты Mail.ru",
        "С уважением,\nИван Петров",
    ),
    Language(
        "es",
        "Gracias, ya llegó.\nPero la talla no es correcta.",
        "Su pedido ha sido enviado.",
        (
            "El vie, 5 ene 2024 a las 10:00, Cloud Shop (<shop@example.com>) escribió:",
            "El 5 ene 2024, a las 10:00, Cloud Shop <shop@example.com> escribió:",
        ),
        "De: Cloud Shop <shop@example.com>\nEnviado: viernes, 5 de enero de 2024 10:00\nPara: Ana "
        "<ana@example.es>\nAsunto: Pedido",
        "Enviado desde mi iPhone",
        "Un saludo,\nAna",
    ),
    Language(
        "pt",
        "Obrigada, chegou.\nMas o tamanho está errado.",
        "O seu pedido foi enviado.",
        (
            "Em sex., 5 de jan. de 2024 às 10:00, Cloud Shop <shop@example.com> escreveu:",
            "Cloud Shop <shop@example.com> escreveu no dia sexta, 5/01/2024 à(s) 10:00:",
        ),
        "De: Cloud Shop <shop@example.com>\nEnviada em: sexta-feira, 5 de janeiro de 2024 10:00\nPara: Ana "
        "<ana@example.br>\nAssunto: Pedido",
        "Enviado do meu iPhone",
        "Atenciosamente,\nAna",
    ),
    Language(
        "fr",
        "Merci, bien reçu.\nMais ce n'est pas la bonne taille.",
        "Votre commande est partie.",
        (
            "Le ven. 5 janv. 2024 à 10:00, Cloud Shop <shop@example.com> a écrit :",
            "Le 5 janv. 2024 à 10:00, Cloud Shop <shop@example.com> a écrit :",
        ),
        "De : Cloud Shop <shop@example.com>\nEnvoyé : vendredi 5 janvier 2024 10:00\nÀ : Anne <anne@example.fr>"
        "\nObjet : Commande",
        "Envoyé de mon iPhone",
        "Cordialement,\nAnne",
    ),
    Language(
        "de",
        "Danke, ist angekommen.\nAber die Größe stimmt nicht.",
        "Ihre Bestellung ist unterwegs.",
        (
            "Am Fr., 5. Jan. 2024 um 10:00 Uhr schrieb Cloud Shop <shop@example.com>:",
            "Am 05.01.24 um 10:00 schrieb Cloud Shop:",
        ),
        "Von: Cloud Shop <shop@example.com>\nGesendet: Freitag, 5. Januar 2024 10:00\nAn: Anna "
        "<anna@example.de>\nBetreff: Bestellung",
        "Von meinem iPhone gesendet",
        "Mit freundlichen Grüßen\nAnna Müller",
    ),
    Language(
        "it",
        "Grazie, è arrivato.\nMa la taglia è sbagliata.",
        "Il tuo ordine è stato spedito.",
        (
            "Il giorno ven 5 gen 2024 alle ore 10:00 Cloud Shop <shop@example.com> ha scritto:",
            "Il giorno 5 gen 2024, alle ore 10:00, Cloud Shop <shop@example.com>\nha scritto:",
        ),
        "Da: Cloud Shop <shop@example.com>\nInviato: venerdì 5 gennaio 2024 10:00\nA: Anna <anna@example.it>\n"
        "Oggetto: Ordine",
        "Inviato da iPhone",
        "Cordiali saluti,\nAnna",
    ),
    Language(
        "pl",
        "Dziękuję, doszło.\nAle rozmiar jest zły.",
        "Zamówienie zostało wysłane.",
        (
            "pt., 5 sty 2024 o 10:00 Cloud Shop <shop@example.com> napisał(a):",
            "W dniu 2024-01-05 o 10:00, Cloud Shop pisze:",
        ),
        "Od: Cloud Shop <shop@example.com>\nWysłano: piątek, 5 stycznia 2024 10:00\nDo: Anna <anna@example.pl>"
        "\nTemat: Zamówienie",
        "Wysłane z iPhone'a",
        "Pozdrawiam\nAnna",
    ),
    Language(
        "tr",
        "Teşekkürler, ulaştı.\nAma beden yanlış.",
        "Siparişiniz gönderildi.",
        (
            "Cloud Shop <shop@example.com>, 5 Oca 2024 Cum, 10:00 tarihinde şunu yazdı:",
            "Cloud Shop <shop@example.com> şunları yazdı (5 Oca 2024 10:00):",
        ),
        "Kimden: Cloud Shop <shop@example.com>\nGönderildi: 5 Ocak 2024 Cuma 10:00\nKime: Ayşe "
        "<ayse@example.com.tr>\nKonu: Sipariş",
        "iPhone'umdan gönderildi",
        "Saygılarımla,\nAyşe",
    ),
    Language(
        "ar",
        "شكرا، وصلت.\nلكن المقاس غير صحيح.",
        "تم شحن طلبك.",
        ("في الجمعة، 5 يناير 2024 في 10:00 ص تمت كتابة ما يلي بواسطة Cloud Shop <shop@example.com>:",),
        "من: Cloud Shop <shop@example.com>\nتم الإرسال: الجمعة, 5 يناير 2024 10:00\nإلى: Ali <ali@example.com>"
        "\nالموضوع: الطلب",
        "تم الإرسال من الـ iPhone",
        "مع أطيب التحيات\nعلي",
    ),
    Language(
        "ja",
        "届きました。ありがとうございます。\nただ、サイズが違います。",
        "ご注文の商品を発送しました。",
        (
            "2024年1月5日(金) 10:00 Cloud Shop <shop@example.com>:",
            "2024/01/05 10:00、Cloud Shop <shop@example.com>のメール:",
        ),
        "差出人: Cloud Shop <shop@example.com>\n送信日時: 2024年1月5日 10:00\n宛先: 田中 <tanaka@example.jp>\n"
        "件名: ご注文",
        "iPhoneから送信",
        "敬具\n田中太郎",
    ),
    Language(
        "ko",
        "잘 받았습니다.\n그런데 사이즈가 다릅니다.",
        "주문하신 상품이 발송되었습니다.",
        (
            "2024년 1월 5일 (금) 오전 10:00, Cloud Shop <shop@example.com>님이 작성:",
            "2024. 1. 5. 오전 10:00, Cloud Shop <shop@example.com> 작성:",
        ),
        "보낸 사람: Cloud Shop <shop@example.com>\n보낸 날짜: 2024년 1월 5일 금요일 오전 10:00\n받는 사람: "
        "김철수 <kim@example.kr>\n제목: 주문",
        "나의 iPhone에서 보냄",
        "감사합니다.\n김철수",
    ),
    Language(
        "nl",
        "Bedankt, het is aangekomen.\nMaar de maat klopt niet.",
        "Je bestelling is verzonden.",
        (
            "Op vr 5 jan 2024 om 10:00 schreef Cloud Shop <shop@example.com>:",
            "Op 5 jan. 2024 om 10:00 heeft Cloud Shop <shop@example.com> het volgende geschreven:",
        ),
        "Van: Cloud Shop <shop@example.com>\nVerzonden: vrijdag 5 januari 2024 10:00\nAan: Anna "
        "<anna@example.nl>\nOnderwerp: Bestelling",
        "Verstuurd vanaf mijn iPhone",
        "Met vriendelijke groet,\nAnna",
    ),
    Language(
        "vi",
        "Cảm ơn, tôi đã nhận được.\nNhưng sai cỡ.",
        "Đơn hàng của bạn đã được gửi.",
        ("Vào Th 6, 5 thg 1, 2024 vào lúc 10:00 Cloud Shop <shop@example.com> đã viết:",),
        "Từ: Cloud Shop <shop@example.com>\nĐã gửi: Thứ Sáu, 5 Tháng Một 2024 10:00\nĐến: An <an@example.vn>\n"
        "Chủ đề: Đơn hàng",
        "Đã gửi từ iPhone của tôi",
        "Trân trọng,\nAn",
    ),
    Language(
        "th",
        "ได้รับแล้ว ขอบคุณ\nแต่ขนาดไม่ถูกต้อง",
        "คำสั่งซื้อของคุณถูกจัดส่งแล้ว",
        ("ในวันที่ ศ. 5 ม.ค. 2024 เวลา 10:00 Cloud Shop <shop@example.com> เขียนว่า:",),
        "จาก: Cloud Shop <shop@example.com>\nส่ง: วันศุกร์ที่ 5 มกราคม 2024 10:00\nถึง: Som <som@example.th>\nเรื่อง: คำสั่งซื้อ",
        "ส่งจาก iPhone ของฉัน",
        "ขอแสดงความนับถือ\nสมชาย",
    ),
    Language(
        "id",
        "Terima kasih, sudah sampai.\nTapi ukurannya salah.",
        "Pesanan Anda telah dikirim.",
        ("Pada Jum, 5 Jan 2024 pukul 10.00 Cloud Shop <shop@example.com> menulis:",),
        "Dari: Cloud Shop <shop@example.com>\nDikirim: Jumat, 5 Januari 2024 10.00\nKepada: Budi "
        "<budi@example.id>\nSubjek: Pesanan",
        "Dikirim dari iPhone saya",
        "Hormat saya,\nBudi",
    ),
    Language(
        "zh-hant",
        "收到了，謝謝。\n不過尺寸不對。",
        "您的訂單已出貨。",
        ("Cloud Shop <shop@example.com> 於 2024年1月5日週五 上午10:00 寫道：",),
        "寄件者: Cloud Shop <shop@example.com>\n寄件日期: 2024年1月5日 上午 10:00\n收件者: 王小明 "
        "<wang@example.tw>\n主旨: 訂單",
        "從我的 iPhone 傳送",
        "敬上\n王小明",
    ),
)
