#include "cytomo/report/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "cytomo/core/error.h"
#include "cytomo/report/html_text.h"
#include "cytomo/report/packed_mesh.h"

namespace cytomo {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* hostile =
    "\"><script>alert('x')</script><img src=http://evil.example/a.png> & \xff\x01";

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t n = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++n;
    return n;
}

/// Two objects that slices, surface and table know.
Report report_with_objects() {
    Report r;
    r.title = "objects";
    r.legend = default_legend();
    r.objects = {{7, "vesicle", {1, 2, 3}, {}, {}, 0.25}, {12, "nucleus", {4, 5, 6}, {}, {}, 2.5}};
    Table objects{"objects", {{"object", "", "number"}, {"class", "", "Its class."}}, {}};
    objects.rows = {{std::int64_t{7}, std::string("vesicle")}, {std::int64_t{12}, std::string("nucleus")}};
    Table contacts{
        "contacts", {{"object_a", "", ""}, {"object_b", "", ""}, {"size_um", "µm", "How large it is."}}, {}};
    contacts.rows = {{std::int64_t{12}, std::int64_t{7}, 0.5}, {std::int64_t{99}, std::int64_t{7}, 0.5}};
    r.tables = {objects, contacts};
    PlaneView view;
    view.slices = {SliceView{"one", 2.0, Image(8, 6), {}, {2, 1, {7, 12}}}};
    r.planes = {view};
    const Mesh mesh{{{0, 0, 0}, {1, 0, 0}, {0, 1, 0.5}, {1, 1, 1}}, {{0, 1, 2}, {1, 2, 3}}};
    r.meshes = {{mesh, "vesicle", {4, 5, 6}, Look::opaque, {{7, 1}, {12, 1}}}};
    return r;
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Report full_report(const std::string& name) {
    Report r;
    r.title = name;
    r.subtitle = name;
    r.legend = default_legend();
    r.legend.entries.push_back({9, name, {1, 2, 3}});
    r.provenance = {{"program", "cytomo"}, {name, name}};
    r.warnings = {name};
    r.summary.columns = {{"class", "", ""}, {"objects", "", "How many"}, {"volume_um3", "µm³", name}};
    r.summary.rows = {{std::string("vesicle"), std::int64_t{12}, 0.5}, {name, std::int64_t{1}, 2.0}};
    Table t{name, {{name, name, name}, {"size_um", "µm", "Size"}}, {}};
    for (int i = 0; i < 30; ++i) t.rows.push_back({name, i == 3 ? std::nan("") : i * 0.25});
    r.tables = {t};
    PlaneView view;
    SliceView slice{name, 2.0, Image(8, 6, {7, 7, 7}), {8, 6, std::vector<std::uint8_t>(192, 9)}};
    view.slices = {slice, slice};
    r.planes = {view};
    r.rendering = Image(10, 10, {200, 100, 50});
    Mesh triangle{{{0, 0, 0}, {1, 0, 0}, {0, 1, 0.5}}, {{0, 1, 2}}};
    r.meshes = {{triangle, name, {4, 5, 6}, Look::opaque}};
    const std::vector<NamedValues> groups{{name, {1, 2, 3}, {1, 2, 3, 400}}};
    r.figures = {strip_figure(name, name, name, groups)};
    return r;
}

/// Every element is closed in order; text of scripts and styles is passed over.
void expect_well_formed(const std::string& page) {
    const std::vector<std::string> never_closed{"meta", "img", "input", "!DOCTYPE"};
    std::vector<std::string> open;
    for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at)) {
        std::size_t end = at + 1;
        for (char quote = 0; end < page.size() && (quote != 0 || page[end] != '>'); ++end)
            if (quote != 0)
                quote = page[end] == quote ? '\0' : quote;
            else if (page[end] == '"')
                quote = '"';
        ASSERT_LT(end, page.size()) << page.substr(at, 80);
        const std::string tag = page.substr(at + 1, end - at - 1);
        const std::string element =
            tag.substr(tag[0] == '/' ? 1 : 0, tag.find_first_of(" \n/", 1) - (tag[0] == '/' ? 1 : 0));
        at = end + 1;
        if (tag[0] == '/') {
            ASSERT_FALSE(open.empty()) << tag;
            ASSERT_EQ(open.back(), tag.substr(1));
            open.pop_back();
        } else if (tag.back() != '/' &&
                   std::find(never_closed.begin(), never_closed.end(), element) == never_closed.end()) {
            open.push_back(element);
            if (element == "script" || element == "style") at = page.find("</" + element, at);
        }
    }
    EXPECT_TRUE(open.empty());
}

TEST(HtmlText, IsEscaped) {
    EXPECT_EQ(escaped("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
    EXPECT_EQ(escaped("µm³ ä 漢 😀"), "µm³ ä 漢 😀");
    EXPECT_EQ(escaped("\xff"), "\xEF\xBF\xBD");
    EXPECT_EQ(escaped("\xc0\xbc"), "\xEF\xBF\xBD\xEF\xBF\xBD");  // '<' in a form that is too long
    EXPECT_EQ(escaped("\xe2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(escaped(std::string_view("a\0b", 3)),
              "a\xEF\xBF\xBD"
              "b");
}

TEST(HtmlText, NumbersAreShort) {
    EXPECT_EQ(short_number(3.14159265), "3.142");
    EXPECT_EQ(short_number(0.000123456), "0.0001235");
    EXPECT_EQ(short_number(123456.7), "123457");
    EXPECT_EQ(short_number(2.5), "2.5");
    EXPECT_EQ(short_number(100), "100");
    EXPECT_EQ(short_number(0), "0");
    EXPECT_EQ(short_number(0.000056), "0.000056");
    EXPECT_EQ(short_number(1.5e-7), "1.5e-07");
    EXPECT_EQ(short_number(std::nan("")), "–");
    EXPECT_EQ(short_number(-0.25), "-0.25");
}

TEST(HtmlText, Base64FollowsTheStandard) {  // the vectors of RFC 4648
    EXPECT_EQ(base64(bytes_of("")), "");
    EXPECT_EQ(base64(bytes_of("f")), "Zg==");
    EXPECT_EQ(base64(bytes_of("fo")), "Zm8=");
    EXPECT_EQ(base64(bytes_of("foo")), "Zm9v");
    EXPECT_EQ(base64(bytes_of("foobar")), "Zm9vYmFy");
}

TEST(PackedMeshes, KeepCoordinates) {
    const Mesh mesh{{{1, 2, 3}, {4, 2, 3.5F}, {1.234F, 2, 3.1F}}, {{0, 1, 2}, {2, 1, 0}}};
    const auto p = packed(mesh, {10, 20, 30});
    ASSERT_EQ(p.bytes.size(), 24U + 24U);
    for (std::size_t v = 0; v < 3; ++v)
        for (std::size_t k = 0; k < 3; ++k) {
            const int value = p.bytes[6 * v + 2 * k] + 256 * p.bytes[6 * v + 2 * k + 1];
            EXPECT_NEAR(p.low_um[k] + value / 65535.0 * p.size_um[k], mesh.vertices[v][k],
                        p.size_um[k] / 131070.0 + 1e-6);
        }
    EXPECT_EQ(p.bytes[19], 20);
    EXPECT_EQ(p.bytes[24 + 8], 2);
    const Mesh broken{{{1, std::numeric_limits<float>::infinity(), 3}}, {}};
    EXPECT_THROW((void)packed(broken, {}), InputError);
}

TEST(Page, EscapesAllTextFromOutside) {
    const std::string page = html(full_report(hostile));
    EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
    EXPECT_THAT(page, Not(HasSubstr("<img src=http")));
    EXPECT_GE(count_of(page, "&lt;script&gt;alert(&#39;x&#39;)"), 12U);
    expect_well_formed(page);
}

TEST(Page, UsesNothingFromOutside) {
    const std::string page = html(full_report("cell 7.mrc"));
    EXPECT_THAT(page, Not(HasSubstr("http://")));
    EXPECT_THAT(page, Not(HasSubstr("https://")));
    EXPECT_THAT(page, Not(HasSubstr("<link")));
    EXPECT_THAT(page, Not(HasSubstr("@import")));
    EXPECT_EQ(count_of(page, " src=\""), count_of(page, " src=\"data:image/png;base64,"));
    EXPECT_THAT(page, HasSubstr("default-src 'none'"));
    expect_well_formed(page);
}

TEST(Page, ShowsItsParts) {
    const std::string page = html(full_report("cell 7.mrc"));
    for (const char* part :
         {"At a glance", "Picture", "3D view", "Slices", "Distributions", "Tables", "What the columns mean",
          "How this was made", "Please note", "show-overlay", "data-vertices=\"3\""})
        EXPECT_THAT(page, HasSubstr(part));
    EXPECT_EQ(count_of(page, "class=\"slice\""), 2U);
    EXPECT_EQ(page, html(full_report("cell 7.mrc")));  // deterministic
}

TEST(Page, ExplainsWhatStandsOnTheCards) {
    Report r = full_report("cell 7.mrc");
    r.summary.name = "summary";
    r.summary_hint = "Outside <objects>: pieces.";
    const std::string page = html(r);
    EXPECT_THAT(page, HasSubstr("Outside &lt;objects&gt;: pieces. <a href=\"#columns-summary\">"));
    EXPECT_EQ(count_of(page, "id=\"columns-summary\""), 1U);
}

TEST(Page, ListsItsContents) {
    const std::string page = html(full_report("cell 7.mrc"));
    const auto list = page.substr(page.find("<nav"), page.find("</nav>") - page.find("<nav"));
    EXPECT_EQ(count_of(list, "href=\"#"), count_of(page, "<section id=\""));
    for (auto at = list.find("href=\"#"); at != std::string::npos; at = list.find("href=\"#", at + 1)) {
        const std::string id = list.substr(at + 7, list.find('"', at + 7) - at - 7);
        EXPECT_EQ(count_of(page, "id=\"" + id + "\""), 1U) << id;
        // What the list calls a part is its heading.
        const auto name = list.find('>', at) + 1;
        EXPECT_THAT(page, HasSubstr("<section id=\"" + id + "\"><h2>" +
                                    list.substr(name, list.find('<', name) - name) + "</h2>"));
    }
}

TEST(Page, SaysUnitsOnce) {
    Report r;
    r.tables = {{"absorption",
                 {{"mean_relative_grey", "relative grey", "Mean."},
                  {"deviation_lac_per_um", "1/µm", "Deviation."},
                  {"volume_um3", "µm³", "Volume."},
                  {"relative_grey", "", "No unit."}},
                 {{0.5, 0.25, 1.0, 2.0}}}};
    const std::string page = html(r);
    for (const char* heading :
         {">mean <span class=\"unit\">relative grey</span></button>",
          ">deviation lac <span class=\"unit\">1/µm</span></button>",
          ">volume <span class=\"unit\">µm³</span></button>", ">relative grey</button>"})
        EXPECT_THAT(page, HasSubstr(heading));
}

TEST(Page, CardsStandInEvenRows) {
    for (int cards = 1; cards <= 14; ++cards) {
        Report r;
        r.summary.columns = {{"class", "", ""}, {"volume_um3", "µm³", ""}};
        for (int c = 0; c < cards; ++c) r.summary.rows.push_back({"class " + std::to_string(c), 1.0});
        const std::string page = html(r);
        for (const auto& [name, most] :
             {std::pair{"--wide:", 6}, {"--middle:", 4}, {"--narrow:", 3}, {"--slim:", 2}}) {
            const auto at = page.find(name, page.find("class=\"cards\""));
            ASSERT_NE(at, std::string::npos);
            const int columns = std::stoi(page.substr(at + std::string(name).size()));
            EXPECT_GE(columns, 1);
            EXPECT_LE(columns, most);
            // No card alone in its row, where any number of columns avoids that.
            bool avoidable = cards <= most;
            for (int other = 2; other <= most; ++other) avoidable |= cards % other != 1;
            if (cards > 1 && avoidable) {
                EXPECT_NE(cards % columns, 1) << cards << " in " << columns;
            }
            if (cards <= most) {
                EXPECT_EQ(columns, cards);
            }
        }
    }
}

TEST(Page, LinksToTheFilesBesideIt) {
    Report r = report_with_objects();
    r.figures = {Figure{"Volumes", "All.", "<svg></svg>", "objects"}};
    r.places = {Figure{"Gaps", "Some.", "<svg></svg>", "distances"}};
    r.other_files = {{"distances", 64}, {"radial", 1}};
    EXPECT_THAT(html(r), Not(HasSubstr(".csv\"")));  // nobody said that there are any
    r.files_beside = true;
    const std::string page = html(r);
    EXPECT_THAT(page, HasSubstr("Some. Values: <a href=\"distances.csv\">distances.csv</a>"));
    EXPECT_THAT(page, HasSubstr("<a href=\"radial.csv\">radial.csv</a> <span class=\"unit\">1 row</span>"));
    EXPECT_EQ(count_of(page, "href=\"contacts.csv\""), 1U);
    EXPECT_EQ(count_of(page, "href=\"objects.csv\""), 2U);  // table and plot
    expect_well_formed(page);
    r.tables[0].name = hostile;
    EXPECT_THAT(html(r), Not(HasSubstr("<script>alert")));
}

TEST(Page, KnowsObjectsEverywhere) {
    const std::string page = html(report_with_objects());
    EXPECT_THAT(page, HasSubstr("7 0 0.25 1 2 3\n12 1 2.5 4 5 6\n"));
    EXPECT_THAT(page, HasSubstr("data-parts=\"7:1,12:1\""));
    // Two runs of one pixel: 1, 7, 1, 12.
    EXPECT_THAT(page, HasSubstr("data-width=\"2\" data-height=\"1\">AQcBDA==</script>"));
    EXPECT_EQ(count_of(page, "id=\"object-7\""), 1U);
    EXPECT_THAT(
        page,
        HasSubstr("<tr data-object=\"12\"><td><a href=\"#object-12\">12</a></td><td><a href=\"#object-7\">"));
    EXPECT_THAT(page, HasSubstr("<tr data-object=\"7\"><td>99</td>"));  // no such object: no link
    expect_well_formed(page);
    Report none = report_with_objects();
    none.objects.clear();
    EXPECT_THAT(html(none), Not(HasSubstr("<a href=\"#object-")));
}

TEST(Page, ExplainsColumnsTableByTable) {
    const std::string page = html(report_with_objects());
    const auto objects = page.find("id=\"columns-objects\""), contacts = page.find("id=\"columns-contacts\"");
    ASSERT_NE(contacts, std::string::npos);
    EXPECT_LT(objects, contacts);
    EXPECT_NE(page.find("<dt>class</dt><dd>Its class.</dd>", objects), std::string::npos);
    EXPECT_NE(page.find("<code>size_um</code></dt><dd>How large it is.</dd>", contacts), std::string::npos);
}

TEST(Page, LeavesOutWhatIsMissing) {
    Report r;
    r.title = "nothing";
    const std::string page = html(r);
    for (const char* part :
         {"At a glance", "<h2>3D view", "<h2>Slices", "<h2>Places", "<h2>Tables", "webgl2"})
        EXPECT_THAT(page, Not(HasSubstr(part)));
    expect_well_formed(page);
}

TEST(Page, LongTablesPointToTheFile) {
    Report r = full_report("objects");
    r.most_rows = 10;
    const std::string page = html(r);
    EXPECT_THAT(page, HasSubstr("The first 10 rows; all are in objects.csv"));
    EXPECT_EQ(count_of(page, "<tr><td"), 10U);
}

TEST(Figures, AxisIsLogarithmicWhenRangesDemand) {
    const std::vector<NamedValues> narrow{{"a", {1, 2, 3}, {1, 2, 3, 4, 5}}},
        wide{{"a", {1, 2, 3}, {0.001, 0.5, 30}}};
    EXPECT_THAT(strip_figure("t", "Volume", "µm³", narrow).svg, Not(HasSubstr("logarithmic")));
    EXPECT_THAT(strip_figure("t", "Volume", "µm³", wide).svg, HasSubstr("Volume (µm³), logarithmic"));
    EXPECT_EQ(count_of(strip_figure("t", "Volume", "µm³", narrow).svg, "<circle"), 5U);
    const std::vector<NamedValues> none{{"a", {1, 2, 3}, {std::nan("")}}};
    EXPECT_EQ(strip_figure("t", "v", "", none).caption, "No values to show.");
    const std::vector<NamedValues> many{{"a", {1, 2, 3}, std::vector<double>(1000, 2.0)}};
    EXPECT_EQ(count_of(strip_figure("t", "v", "", many).svg, "<circle"), 0U);
}

/// Numbers below an axis: texts and the middles of them, from left to right.
std::vector<std::pair<std::string, double>> axis_numbers(const std::string& svg) {
    std::vector<std::pair<std::string, double>> out;
    for (auto at = svg.find("<text x=\""); at != std::string::npos; at = svg.find("<text x=\"", at + 1)) {
        const auto end = svg.find("</text>", at), begin = svg.rfind('>', end) + 1;
        const std::string tag = svg.substr(at, begin - at), text = svg.substr(begin, end - begin);
        if (tag.find("\"middle\"") != std::string::npos &&
            text.find_first_not_of("0123456789.-e") == std::string::npos)
            out.emplace_back(text, std::stod(svg.substr(at + 9)));
    }
    return out;
}

void expect_apart(const std::string& svg) {
    const auto numbers = axis_numbers(svg);
    ASSERT_GE(numbers.size(), 1U);
    for (std::size_t i = 1; i < numbers.size(); ++i) {
        EXPECT_NE(numbers[i].first, numbers[i - 1].first);
        // A digit of 13 pixels is 0.636 of that wide in DejaVu Sans, the widest of the usual fonts.
        const double letters = static_cast<double>(numbers[i].first.size() + numbers[i - 1].first.size()) / 2;
        EXPECT_GT(numbers[i].second - numbers[i - 1].second, 0.636 * 13 * letters)
            << numbers[i - 1].first << " and " << numbers[i].first;
    }
}

TEST(Figures, NumbersOfAxesStayApart) {
    for (const std::vector<double>& values : {std::vector<double>{0.00011, 0.16},
                                              {0.0000021, 0.0004, 0.3},
                                              {0.003, 0.09},
                                              {0.12, 0.1200001},
                                              {123456.5, 123456.9},
                                              {-0.412, -0.01},
                                              {1, 2e9},
                                              {0.000001, 1e6},
                                              {7, 7}}) {
        const std::vector<NamedValues> groups{{"a", {1, 2, 3}, values}};
        expect_apart(strip_figure("t", "v", "", groups).svg);
    }
}

TEST(Figures, CaptionsSayWhatIsDrawn) {
    const std::vector<NamedValues> few{{"a", {1, 2, 3}, {1, 2}}},
        many{{"a", {1, 2, 3}, std::vector<double>(1000, 2.0)}};
    EXPECT_EQ(strip_figure("t", "v", "", few, "vesicle").caption, "Each point is one vesicle.");
    EXPECT_EQ(strip_figure("t", "v", "", many).caption,
              "Shapes show where the values lie. Bars: median and quartiles.");
}

TEST(Figures, GreyValuesAreSampledByClass) {
    const Grid grid{{50, 40, 10}, {0.01, 0.02, 0.03}, {}};
    auto values = std::make_shared<Volume<float>>(grid);
    ClassVolume classes(grid);
    for (std::int64_t i = 0; i < grid.count(); ++i) {
        classes[i] = i % 5 == 0 ? nucleus : background;
        (*values)[i] = static_cast<float>((classes[i] == nucleus ? 10 : 2) + (i % 7) * 0.1);
    }
    const auto histograms = sample_grey_values(tomogram_from(values), classes, default_legend());
    ASSERT_EQ(histograms.size(), 2U);
    EXPECT_EQ(histograms[0].name, "background");
    EXPECT_NEAR(histograms[0].median, 2.3, 0.11);
    EXPECT_NEAR(histograms[1].median, 10.3, 0.11);
    const std::string svg = grey_figure(histograms, "Grey value").svg;
    EXPECT_EQ(count_of(svg, "<path"), 2U);
    EXPECT_THROW((void)sample_grey_values(tomogram_from(values), ClassVolume(Grid{{5, 5, 5}, {}, {}}),
                                          default_legend()),
                 UsageError);
}

}  // namespace
}  // namespace cytomo
