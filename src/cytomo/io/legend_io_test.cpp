#include "cytomo/io/legend_io.h"

#include "cytomo/io/test_files.h"

namespace cytomo {
namespace {

using testing::HasSubstr;
using LegendIo = test::InFolder;
using Colour = std::array<std::uint8_t, 3>;

std::string usage_error_of(const std::string& list) {
    try {
        parse_named_values(list, "--legend");
    } catch (const UsageError& e) {
        return e.what();
    }
    return {};
}

TEST(NamedValues, ListsOfTheCommandLine) {
    const auto v =
        parse_named_values("120=mitochondrion, 7 = lipid droplet #F0be46 ,-4=background", "--legend");
    ASSERT_EQ(v.size(), 3U);
    EXPECT_EQ(v[0].value, 120);
    EXPECT_EQ(v[0].name, "mitochondrion");
    EXPECT_FALSE(v[0].colour);
    EXPECT_EQ(v[1].value, 7);
    EXPECT_EQ(v[1].name, "lipid droplet");
    EXPECT_EQ(v[1].colour, (Colour{240, 190, 70}));
    EXPECT_EQ(v[2].value, -4);
    EXPECT_EQ(parse_named_values("1=a=b", "--legend")[0].name, "a=b");
    EXPECT_EQ(parse_named_values("1=number #12", "--legend")[0].name, "number #12");
}

TEST(NamedValues, BadListsSayWhatWasFound) {
    for (const char* text :
         {"", "mitochondrion", "1=", "=a", "x=a", "1.5=a", "1=a,,2=b", "1=a/b", "1=a\tb\x01"})
        EXPECT_THAT(usage_error_of(text), HasSubstr("--legend: expected VALUE=NAME")) << text;
    EXPECT_THAT(usage_error_of("1=a,2=b,1=c"), HasSubstr("1 twice"));
    EXPECT_THAT(usage_error_of("1=" + std::string(101, 'a')), HasSubstr("expected VALUE=NAME"));
}

TEST_F(LegendIo, FilesOfLines) {
    const auto v = read_named_values(write("legend.txt",
                                           "# of my cells\n\n1 mitochondrion\r\n2\tlipid droplet 240,190,70\n"
                                           "3=golgi #88ac80\n70000 rough ER  \n"));
    ASSERT_EQ(v.size(), 4U);
    EXPECT_EQ(v[0].name, "mitochondrion");
    EXPECT_EQ(v[1].name, "lipid droplet");
    EXPECT_EQ(v[1].colour, (Colour{240, 190, 70}));
    EXPECT_EQ(v[2].name, "golgi");
    EXPECT_EQ(v[2].colour, (Colour{0x88, 0xac, 0x80}));
    EXPECT_EQ(v[3].value, 70000);
    EXPECT_EQ(v[3].name, "rough ER");
    // What is no colour belongs to the name.
    EXPECT_EQ(read_named_values(write("c.txt", "1 type 1,2,300"))[0].name, "type 1,2,300");
    EXPECT_EQ(read_named_values(write("d.txt", "1 pair 1,2"))[0].name, "pair 1,2");
    EXPECT_EQ(read_named_values(write("e.txt", "1 four 1,2,3,4"))[0].name, "four 1,2,3,4");
}

TEST_F(LegendIo, FilesOfJson) {
    const auto path = folder / "legend.json";
    for (const char* text :
         {R"({"0": "background", "2": "golgi"})",
          R"({"classes": {"0": "background", "2": "golgi"}, "seed": 1})",
          R"({"0": {"name": "background"}, "2": {"name": "golgi", "color": null}})",
          R"( [{"id": 0, "name": "background"}, {"id": 2, "name": "golgi"}])",
          R"({"legend": [{"value": 0, "name": "background"}, {"value": 2, "name": "golgi"}]})"}) {
        const auto v = read_named_values(write("legend.json", text));
        ASSERT_EQ(v.size(), 2U) << text;
        EXPECT_EQ(v[1].value, 2) << text;
        EXPECT_EQ(v[1].name, "golgi") << text;
    }
    const auto v = read_named_values(write(
        "legend.json",
        R"([{"id": 1, "name": "a", "colour": [1, 2, 255]}, {"id": 2, "name": "b", "color": "#0a0b0c"}])"));
    EXPECT_EQ(v[0].colour, (Colour{1, 2, 255}));
    EXPECT_EQ(v[1].colour, (Colour{10, 11, 12}));
}

TEST_F(LegendIo, BadFilesAreRefusedWithTheirLine) {
    const auto error = [&](const std::string& text) {
        return test::error_of([&] { read_named_values(write("bad.txt", text)); });
    };
    EXPECT_THAT(error("1 a\n# ok\n2\n"),
                HasSubstr("bad.txt, line 3: expected a value and a name, found '2'"));
    EXPECT_THAT(error("1 a\n1 b\n"), HasSubstr("line 2: expected each value once"));
    EXPECT_THAT(error("mitochondrion 1\n"), HasSubstr("line 1"));
    for (const char* text :
         {"", "# nothing\n", "{", "[]", "{}", "[1, 2]", R"({"a": "b"})", R"({"1": 2})", R"([{"id": 1}])",
          R"([{"id": 1, "name": "a"}, {"id": 1, "name": "b"}])", R"({"1": "a/b"})", R"({"1": ""})",
          R"([{"id": 1, "name": "a", "colour": [1, 2, 256]}])", R"([{"id": 1.5, "name": "a"}])"})
        EXPECT_THAT(error(text), HasSubstr("expected a legend")) << text;
    EXPECT_THAT(error(std::string("1 a\n\0", 5)), HasSubstr("expected a legend"));
    EXPECT_THAT(error(std::string(2'000'000, ' ')), HasSubstr("expected a legend"));
    std::string deep;  // a stranger's file must not exhaust the stack
    for (int i = 0; i < 20'000; ++i) deep += R"({"legend":{"classes":)";
    EXPECT_THAT(error(deep + "1" + std::string(40'000, '}')), HasSubstr("expected a legend"));
}

TEST_F(LegendIo, EditorsMayMarkAFileAsUtf8) {
    const std::string mark = "\xEF\xBB\xBF";
    EXPECT_EQ(read_named_values(write("a.txt", mark + "1 golgi\r\n"))[0].name, "golgi");
    EXPECT_EQ(read_named_values(write("a.json", mark + R"({"1": "golgi"})"))[0].name, "golgi");
    EXPECT_THAT(test::error_of([&] { read_named_values(write("b.txt", mark)); }), HasSubstr("found nothing"));
}

TEST_F(LegendIo, OtherEncodingsAreRefusedWithTheirLine) {
    const auto error = [&](const std::string& text) {
        return test::error_of([&] { read_named_values(write("bad.txt", text)); });
    };
    EXPECT_THAT(
        error("0 ice\n1 gr\xF6\xDF"
              "e\n"),
        HasSubstr("bad.txt, line 2: expected text in UTF-8, found the byte 0xF6. Save the file in UTF-8"));
    EXPECT_THAT(error("{\n\"1\": \"gr\xF6\xDF"
                      "e\"}"),
                HasSubstr("bad.txt, line 2: expected text in UTF-8, found the byte 0xF6"));
    EXPECT_THAT(error(std::string("\xFF\xFE"
                                  "1\0 \0a\0",
                                  8)),
                HasSubstr("found text in UTF-16"));
    EXPECT_THAT(error(std::string("\xFE\xFF\0"
                                  "1\0 \0a",
                                  8)),
                HasSubstr("found text in UTF-16"));
    // Too long, a half of UTF-16, beyond the last character, cut off, no first byte.
    for (const char* name :
         {"\xC0\xAF", "\xE0\x80\xAF", "\xF0\x80\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
          "\xF5\x80\x80\x80", "\xC3", "\xE2\x82", "\xF0\x9F\x98", "\xBF", "\xFF", "\xC3\xC3"})
        EXPECT_THAT(error(std::string("1 a") + name + "\n"), HasSubstr("line 1: expected text in UTF-8"))
            << name;
    for (const char* name : {"größe", "€", "😀", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                             "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
        EXPECT_EQ(read_named_values(write("good.txt", std::string("1 ") + name))[0].name, name);
    // What does not count may be anything.
    EXPECT_EQ(read_named_values(write("comment.txt",
                                      "# gr\xF6\xDF"
                                      "e\n1 a\n"))[0]
                  .name,
              "a");
    EXPECT_THAT(usage_error_of("1=a,2=gr\xF6\xDF"
                               "e"),
                HasSubstr("--legend: expected names in UTF-8, found the byte 0xF6 in item 2"));
    EXPECT_FALSE(
        legend_from_json("[{\"id\":1,\"name\":\"gr\xF6\xDF"
                         "e\"}]"));
}

TEST_F(LegendIo, AFileThatCannotBeReadIsNotAnEmptyOne) {
    const auto error = [](const std::filesystem::path& file) {
        return test::error_of([&] { read_named_values(file); });
    };
    EXPECT_THAT(error(folder / "none.txt"),
                HasSubstr("none.txt: expected a legend, found nothing of that name"));
    EXPECT_THAT(error(folder), HasSubstr("expected a legend, found a folder"));
}

TEST(NamedValues, IdsThatShareANameAreOneClass) {
    const Legend legend{{{0, "ice", {}}, {1, "golgi", {1, 2, 3}}, {2, "er", {}}, {5, "golgi", {}}}};
    EXPECT_EQ(each_name_once(legend), (Legend{{{0, "ice", {}}, {1, "golgi", {1, 2, 3}}, {2, "er", {}}}}));
    EXPECT_EQ(each_name_once({}), Legend{});
}

TEST_F(LegendIo, AnOptionIsAFileOrAList) {
    const auto path = write("1=a", "5 golgi\n");
    EXPECT_EQ(named_values(path.string(), "--legend")[0].name, "golgi");
    EXPECT_EQ(named_values("1=golgi", "--legend")[0].name, "golgi");
    EXPECT_THROW(named_values((folder / "none.txt").string(), "--legend"), UsageError);
    EXPECT_THROW(named_values(folder.string(), "--legend"), UsageError);
}

TEST(LegendJson, ComesBackAndFitsIntoALine) {
    Legend legend = default_legend();
    legend.entries.push_back({200, "a \"b\" = \\c, µ\xCE\xB1", {1, 2, 3}});
    const std::string text = legend_json(legend);
    EXPECT_EQ(legend_from_json(text), legend);
    for (const char c : text) EXPECT_TRUE(c >= ' ' && c <= '~' && c != '=');
    EXPECT_TRUE(
        text.starts_with(R"([{"id":0,"name":"background","colour":[30,34,42]},{"id":1,"name":"cytoplasm",)"));
    EXPECT_FALSE(legend_from_json(R"([{"id":255,"name":"a"}])"));
    EXPECT_FALSE(legend_from_json(R"([{"id":-1,"name":"a"}])"));
    EXPECT_FALSE(legend_from_json("nonsense"));
    EXPECT_FALSE(legend_from_json(R"([{"id":1,"name":"../../etc"}])"));
}

}  // namespace
}  // namespace cytomo
