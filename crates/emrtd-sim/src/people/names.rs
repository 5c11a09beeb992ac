//! Given names, family names and places by language, chosen for their letters: what a Danish residence permit office,
//! airport or citizen service meets. Each list has names whose transliteration into the MRZ is not plain.
//!
//! The combinations are random; no list was taken from a register of persons.

/// Words of one language.
pub(super) struct Language {
    /// Nationality as in the MRZ.
    pub(super) state: &'static str,
    pub(super) female: &'static [&'static str],
    pub(super) male: &'static [&'static str],
    pub(super) family: &'static [&'static str],
    /// Family names of women where they differ; empty where they do not.
    pub(super) family_female: &'static [&'static str],
    pub(super) places: &'static [&'static str],
}

pub(super) const DANISH: Language = Language {
    state: "DNK",
    female: &["Søs", "Åse", "Kirsten", "Bodil", "Freja", "Inger-Lise", "Agnete", "Ida", "Ragnhild"],
    male: &["Søren", "Åge", "Jørgen", "Bjørn", "Niels", "Kaj", "Rasmus", "Torbjørn", "Asger", "Hans Jørgen"],
    family: &[
        "Sørensen",
        "Østergård",
        "Ærøe",
        "Kjærgaard",
        "Ågård",
        "Jørgensen",
        "Nørrelykke",
        "Bøgh-Petersen",
        "Holm",
        "Vestergård Thøgersen",
    ],
    family_female: &[],
    places: &["København", "Ærøskøbing", "Århus", "Sønderborg", "Nykøbing Mors", "Ringkøbing", "Skagen"],
};

pub(super) const GREENLANDIC: Language = Language {
    state: "DNK",
    female: &["Pipaluk", "Ivalu", "Aviâja", "Nivi", "Navarana", "Arnannguaq", "Paninnguaq"],
    male: &["Minik", "Inuk", "Malik", "Nuka", "Qillaq", "Angutivik", "Miki Kâlêraq"],
    family: &["Kleist", "Qâvigaq", "Petersen", "Lynge", "Olsvig", "Kûko", "Fleischer", "Rosing Geisler"],
    family_female: &[],
    places: &["Nuuk", "Qaqortoq", "Ilulissat", "Tasiilaq", "Kangerlussuaq", "ĸaanaaĸ"],
};

pub(super) const FAROESE: Language = Language {
    state: "DNK",
    female: &["Rannvá", "Marjun", "Guðrið", "Bára", "Durita", "Hallgerð", "Sólvá"],
    male: &["Jákup", "Høgni", "Heðin", "Rói", "Bárður", "Jógvan", "Tróndur"],
    family: &["á Rógvi", "Dúvugarð", "Kjølbro", "í Dali", "Hátún", "Zachariasen", "við Neyst", "Kárasonur"],
    family_female: &[],
    places: &["Tórshavn", "Klaksvík", "Vágur", "Eiði", "Gjógv"],
};

pub(super) const GERMAN: Language = Language {
    state: "D",
    female: &["Käthe", "Änne", "Jördis", "Friederike", "Zoë", "Anneliese Luise", "Mürvet"],
    male: &["Jürgen", "Björn", "Götz", "Jörg-Uwe", "Matthäus", "Karl-Heinz", "Rüdiger"],
    family: &[
        "Groß",
        "Müller-Lüdenscheidt",
        "Weiß",
        "von Bülow",
        "Schäfer",
        "Größinger",
        "Öztürk-Böhm",
        "Strauß",
    ],
    family_female: &[],
    places: &["Köln", "Düsseldorf", "Flensburg", "Gießen", "München", "Görlitz"],
};

pub(super) const POLISH: Language = Language {
    state: "POL",
    female: &["Małgorzata", "Żaneta", "Bożena", "Świętosława", "Zofia", "Łucja"],
    male: &["Łukasz", "Paweł", "Michał", "Wacław", "Świętopełk", "Józef"],
    family: &["Wójcik", "Kowalski", "Dąbrowski", "Świątek", "Żółć", "Gżegżółka"],
    family_female: &["Wójcik", "Kowalska", "Dąbrowska", "Świątek", "Żółć", "Gżegżółka"],
    places: &["Łódź", "Kraków", "Wrocław", "Świdnica", "Częstochowa"],
};

pub(super) const TURKISH: Language = Language {
    state: "TUR",
    female: &["Ayşe", "Gülşen", "İpek", "Çiğdem", "Nazlı", "Özge"],
    male: &["Çağrı", "İsmail", "Oğuz", "Barış", "Şükrü", "Yiğit"],
    family: &["Yıldırım", "Çelik", "Öztürk", "Şahin", "Doğan", "Gökçe"],
    family_female: &[],
    places: &["İzmir", "Eskişehir", "Çorum", "Muğla", "Ağrı"],
};

pub(super) const ICELANDIC: Language = Language {
    state: "ISL",
    female: &["Þórdís", "Guðrún", "Ásta", "Björk", "Æsa", "Sæunn"],
    male: &["Þórður", "Ægir", "Sigurður", "Ólafur", "Guðmundur", "Björn"],
    family: &["Þorsteinsson", "Guðmundsson", "Ólafsson", "Magnússon"],
    family_female: &["Þorsteinsdóttir", "Guðmundsdóttir", "Ólafsdóttir", "Magnúsdóttir"],
    places: &["Reykjavík", "Ísafjörður", "Höfn", "Þorlákshöfn"],
};

pub(super) const SWEDISH: Language = Language {
    state: "SWE",
    female: &["Åsa", "Märta", "Gunilla", "Östa Maria", "Linnéa"],
    male: &["Göran", "Håkan", "Björn", "Pär", "Åke"],
    family: &["Åkesson", "Sjöström", "Bäckström", "Öberg", "Lindén"],
    family_female: &[],
    places: &["Malmö", "Göteborg", "Växjö", "Örebro", "Umeå"],
};

pub(super) const UKRAINIAN: Language = Language {
    state: "UKR",
    female: &["Oksana", "Zoriana", "Yevheniia", "Liubov"],
    male: &["Oleksandr", "Yurii", "Vsevolod", "Heorhii"],
    family: &["Shevchenko", "Kovalenko", "Tymoshchuk", "Zghurskyi", "D'iachenko"],
    family_female: &[],
    places: &["Kyiv", "Lviv", "Zaporizhzhia", "Kharkiv"],
};

pub(super) const VIETNAMESE: Language = Language {
    state: "VNM",
    female: &["Thị Hồng", "Ngọc Ánh", "Thị Phương", "Mai"],
    male: &["Văn Đức", "Quốc Huy", "Minh Đạt", "Hữu Phước"],
    family: &["Nguyễn", "Trần", "Đặng", "Lê", "Phạm"],
    family_female: &[],
    places: &["Hà Nội", "Đà Nẵng", "Huế", "Cần Thơ"],
};

/// People without end, for names that do not fit into the MRZ.
pub(super) const UTOPIAN: Language = Language {
    state: "UTO",
    female: &["Anna Maria", "Nilavadhanananda", "Ánnámárjá Sáráhkká Elle", "X"],
    male: &["Dilip Chandrasekhar", "Papandropoulous Jonathon", "Sándor-Ødegaard Ñandú", "Bo"],
    family: &[
        "Eriksson",
        "van der Muellen",
        "Chayapa Dejthamrong Krasuang",
        "O'Connor",
        "Bennelong Wooloomooloo Warrandyte Warnambool",
    ],
    family_female: &[],
    places: &["Zenith", "Utopia", "Éire Nua"],
};

/// Every language.
pub(super) const LANGUAGES: [&Language; 11] = [
    &DANISH,
    &GREENLANDIC,
    &FAROESE,
    &GERMAN,
    &POLISH,
    &TURKISH,
    &ICELANDIC,
    &SWEDISH,
    &UKRAINIAN,
    &VIETNAMESE,
    &UTOPIAN,
];
