#include "cytomo/io/text_io.h"

#include "cytomo/io/test_files.h"

namespace cytomo {
namespace {

using testing::HasSubstr;
using TextIo = test::InFolder;

TEST_F(TextIo, GivesAllOfAFileButItsMark) {
    std::string text;  // longer than what is read at a time, and no multiple of it
    for (int i = 0; i < 200'001; ++i) text += static_cast<char>('a' + i % 25);
    EXPECT_EQ(read_text(write("a.txt", text), "a text", 200'001), text);
    EXPECT_EQ(read_text(write("b.txt", "\xEF\xBB\xBFmerge 1 2\r\n"), "a text", 100), "merge 1 2\r\n");
    EXPECT_EQ(read_text(write("c.txt", ""), "a text", 100), "");
}

TEST_F(TextIo, SaysWhyAFileIsNoText) {
    const auto error = [&](const std::filesystem::path& file) {
        return test::error_of([&] { read_text(file, "a list of edits", 5); });
    };
    EXPECT_THAT(error(folder / "none.txt"), HasSubstr("none.txt: expected a list of edits, found nothing"));
    EXPECT_THAT(error(folder), HasSubstr("expected a list of edits, found a folder"));
    EXPECT_THAT(error(write("large.txt", "123456")),
                HasSubstr("large.txt: expected a list of edits of at most 5 bytes, found a larger file"));
    EXPECT_EQ(read_text(write("fits.txt", "12345"), "a list of edits", 5), "12345");
    EXPECT_THAT(error(write("a.txt",
                            "\xFF\xFE"
                            "m")),
                HasSubstr("a.txt: expected text in UTF-8, found text in UTF-16"));
    EXPECT_THAT(error(write("b.txt",
                            "\xFE\xFF"
                            "m")),
                HasSubstr("found text in UTF-16"));
}

}  // namespace
}  // namespace cytomo
