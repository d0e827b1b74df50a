"""Stock of names, places, organisations and phrases; combined so that subjects rarely repeat.

All persons are invented.
"""

from __future__ import annotations

from random import Random

_FAMILY_NAMES = (
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Đoàn Trịnh Mai Tạ Lương Cao Hà"
).split()
_MIDDLE_M = "Văn Đức Hữu Quang Minh Xuân Thanh Đình Công Ngọc Trọng Việt Quốc Mạnh Bá Tiến Duy Thế".split()
_MIDDLE_F = "Thị Thu Ngọc Minh Thanh Bích Phương Hồng Kim Diệu Thúy Lan Mỹ Khánh".split()
_GIVEN_M = (
    "Hùng Dũng Tuấn Thắng Sơn Long Bình Khánh Hải Nam Phong Toàn Lộc Kiên Trường Việt Vinh Hiếu Nghĩa Đạt "
    "Khoa Thịnh Cường Quyết Chiến Đông Tùng Lâm Bảo Phúc Tín Thuận Ước Vượng Hưởng"
).split()
_GIVEN_F = (
    "Hương Lan Hoa Mai Hà Nga Thủy Hạnh Yến Oanh Trang Linh Ngọc Hiền Dung Loan Nhung Tuyết Vân Phượng Quỳnh "
    "Thảo Xuân Diễm Hằng Thơm Huệ Chinh Mỵ Ánh"
).split()

PROVINCES = (
    "An Giang,Bắc Giang,Bắc Kạn,Bạc Liêu,Bắc Ninh,Bến Tre,Bình Định,Bình Dương,Bình Phước,Bình Thuận,Cà Mau,"
    "Cao Bằng,Đắk Lắk,Đắk Nông,Điện Biên,Đồng Nai,Đồng Tháp,Gia Lai,Hà Giang,Hà Nam,Hà Tĩnh,Hải Dương,Hậu Giang,"
    "Hòa Bình,Hưng Yên,Khánh Hòa,Kiên Giang,Kon Tum,Lai Châu,Lâm Đồng,Lạng Sơn,Lào Cai,Long An,Nam Định,Nghệ An,"
    "Ninh Bình,Ninh Thuận,Phú Thọ,Phú Yên,Quảng Bình,Quảng Nam,Quảng Ngãi,Quảng Ninh,Quảng Trị,Sóc Trăng,Sơn La,"
    "Tây Ninh,Thái Bình,Thái Nguyên,Thanh Hóa,Thừa Thiên Huế,Tiền Giang,Trà Vinh,Tuyên Quang,Vĩnh Long,"
    "Vĩnh Phúc,Yên Bái"
).split(",")

_DISTRICTS = (
    "Phú Lương,Đại Từ,Sơn Động,Yên Thế,Mộc Châu,Văn Chấn,Quỳ Hợp,Tương Dương,Hương Khê,Bố Trạch,Gio Linh,A Lưới,"
    "Nam Trà My,Ba Tơ,An Lão,Sông Hinh,Khánh Vĩnh,Bác Ái,Đơn Dương,Krông Bông,Chư Sê,Đăk Glei,Lộc Ninh,Tân Biên,"
    "Mỏ Cày Bắc,Cầu Ngang,Kế Sách,Phụng Hiệp,U Minh Thượng,Đầm Dơi"
).split(",")
_COMMUNES = (
    "Bình Long,Tân Trào,Phú Đình,Thanh La,Minh Thanh,Yên Đổ,Hợp Thành,Trung Lương,Kim Quan,Lục Rã,Phúc Chu,"
    "Đồng Thịnh,Quy Kỳ,Linh Thông,Điềm Mặc,Bảo Cường,Tân Dương,Định Biên,Sơn Phú,Bộc Nhiêu,Phượng Tiến"
).split(",")

_ASSOCIATION_KINDS = ("Hội", "Hiệp hội", "Liên hiệp các Hội", "Tổng hội", "Câu lạc bộ")
_TRADES = (
    "Khoa học Kinh tế nông nghiệp,Doanh nghiệp logistics,Chế biến và Xuất khẩu thủy sản,Nuôi ong,Kiến trúc cảnh quan,"
    "Vật liệu xây dựng,Công nghiệp hỗ trợ,Sinh vật cảnh,Bảo vệ thiên nhiên và Môi trường,Phẫu thuật nội soi,"
    "Điều dưỡng,Dược liệu,Khoa học Đất,Di sản văn hóa,Gốm sứ mỹ nghệ,Cà phê - Ca cao,Hồ tiêu,Năng lượng sạch,"
    "Tự động hóa,An toàn thông tin,Truyền thông số,Thương mại điện tử,Vận tải ô tô,Du lịch cộng đồng,Đá quý,"
    "Công nghệ sinh học ứng dụng,Giáo dục nghề nghiệp,Tâm lý học đường,Thể thao dưới nước,Nhiếp ảnh nghệ thuật,"
    "Sử học địa phương,Thư viện,Trợ giúp người khuyết tật,Trang trại và Doanh nghiệp nông nghiệp,Giống cây trồng,"
    "Chăn nuôi gia súc lớn,Bất động sản nghỉ dưỡng,Quản trị nhân lực,Kế toán hành nghề,Trọng tài thương mại"
).split(",")
_FUND_AIMS = (
    "Hỗ trợ trẻ em vùng cao,Vì bệnh nhân nghèo,Khuyến học,Bảo trợ tài năng trẻ,Phát triển cộng đồng,Tấm lòng Việt,"
    "Hỗ trợ phụ nữ khởi nghiệp,Bảo tồn rừng ngập mặn,Ánh sáng học đường,Nhịp tim yêu thương,Nước sạch nông thôn,"
    "Hỗ trợ nạn nhân bom mìn,Sách cho em,Ươm mầm tri thức,Chăm sóc người cao tuổi,Vì biển đảo quê hương"
).split(",")
_FUND_NAMES = (
    "Hoa Sen,Thiện Tâm,Hướng Dương,Nắng Mới,Bình Minh,Đồng Hành,An Phúc,Sao Mai,Việt Xanh,Trường Sơn,Lạc Hồng,"
    "Tương Lai,Hy Vọng,Suối Nguồn,Mái Ấm,Cánh Diều"
).split(",")
_CHURCHES = (
    "Hội thánh Tin lành Trưởng lão,Hội thánh Liên hữu Cơ đốc,Giáo hội Phật đường Nam tông,Hội thánh Báp-tít,"
    "Hội thánh Mennonite,Giáo hội Cơ đốc Phục lâm,Hội thánh Cao đài Chơn lý,Đạo Tứ ân Hiếu nghĩa,Tịnh độ Cư sĩ,"
    "Hội thánh Tin lành Liên hiệp,Cộng đồng Tôn giáo Baha'i,Giáo hội Các thánh hữu"
).split(",")
_DUTIES = (
    "Chuyên viên,Chuyên viên chính,Chuyên viên cao cấp,Phó Trưởng phòng,Trưởng phòng,Phó Giám đốc Sở Nội vụ,"
    "Giám đốc Sở Nội vụ,Chánh Văn phòng,Lưu trữ viên,Văn thư viên,Phó Vụ trưởng,Kế toán trưởng,Nguyên Trưởng ban"
).split(",")
_OFFICES = (
    "Sở Nội vụ tỉnh {p},Văn phòng Ủy ban nhân dân tỉnh {p},Ban Tôn giáo tỉnh {p},Chi cục Văn thư - Lưu trữ tỉnh {p},"
    "Ban Thi đua - Khen thưởng tỉnh {p},Ủy ban nhân dân huyện {d} tỉnh {p},Phòng Nội vụ huyện {d} tỉnh {p}"
).split(",")


def person(rng: Random) -> str:
    """A full name, such as `Trần Quang Hiếu`."""
    family = rng.choice(_FAMILY_NAMES)
    if rng.random() < 0.45:
        return f"{family} {rng.choice(_MIDDLE_F)} {rng.choice(_GIVEN_F)}"
    return f"{family} {rng.choice(_MIDDLE_M)} {rng.choice(_GIVEN_M)}"


def man(rng: Random) -> str:
    """A man's full name (signers and presenting officers are drawn from these)."""
    return f"{rng.choice(_FAMILY_NAMES)} {rng.choice(_MIDDLE_M)} {rng.choice(_GIVEN_M)}"


def province(rng: Random) -> str:
    """A province of before the mergers of 2025."""
    return rng.choice(PROVINCES)


def district(rng: Random) -> str:
    """A district's name, with no word for its kind."""
    return rng.choice(_DISTRICTS)


def commune(rng: Random) -> str:
    """A commune's name, with no word for its kind."""
    return rng.choice(_COMMUNES)


def association(rng: Random) -> str:
    """An association: nation-wide or of a province."""
    kind = rng.choice(_ASSOCIATION_KINDS)
    where = "Việt Nam" if rng.random() < 0.6 else f"tỉnh {province(rng)}"
    return f"{kind} {rng.choice(_TRADES)} {where}"


def fund(rng: Random) -> str:
    """A social or charity fund."""
    return f"Quỹ {rng.choice(_FUND_AIMS)} {rng.choice(_FUND_NAMES)}"


def church(rng: Random) -> str:
    """A religious organisation."""
    where = "Việt Nam" if rng.random() < 0.5 else f"tỉnh {province(rng)}"
    return f"{rng.choice(_CHURCHES)} {where}"


def office(rng: Random) -> str:
    """A local office, with province and, for some, district."""
    return rng.choice(_OFFICES).format(p=province(rng), d=district(rng))


def duty(rng: Random) -> str:
    """A post held in an office."""
    return rng.choice(_DUTIES)


def street(rng: Random) -> str:
    """An address."""
    names = "Nguyễn Chí Thanh,Lê Duẩn,Tôn Thất Tùng,Phan Đình Phùng,Trần Hưng Đạo,Lý Thường Kiệt,Vạn Phúc"
    return f"số {rng.randint(2, 298)} phố {rng.choice(names.split(','))}, thành phố Hà Nội"
