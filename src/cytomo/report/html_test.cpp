#include "cytomo/report/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

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
         {"At a glance", "The cell", "Turn it", "Slices", "Distributions", "Tables", "What the columns mean",
          "How this was made", "Please note", "show-overlay", "data-vertices=\"3\""})
        EXPECT_THAT(page, HasSubstr(part));
    EXPECT_EQ(count_of(page, "class=\"slice\""), 2U);
    EXPECT_EQ(page, html(full_report("cell 7.mrc")));  // deterministic
}

TEST(Page, ListsItsContents) {
    const std::string page = html(full_report("cell 7.mrc"));
    const auto list = page.substr(page.find("<nav"), page.find("</nav>") - page.find("<nav"));
    EXPECT_EQ(count_of(list, "href=\"#"), count_of(page, "<section id=\""));
    for (auto at = list.find("href=\"#"); at != std::string::npos; at = list.find("href=\"#", at + 1)) {
        const std::string id = list.substr(at + 7, list.find('"', at + 7) - at - 7);
        EXPECT_EQ(count_of(page, "id=\"" + id + "\""), 1U) << id;
    }
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
    for (const char* part : {"At a glance", "Turn it", "<h2>Slices", "<h2>Tables", "webgl2"})
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
