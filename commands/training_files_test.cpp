#include "training_files.h"

#include "cytomo/io/test_files.h"

namespace cytomo::commands {
namespace {

using testing::HasSubstr;

class TrainingFiles : public test::InFolder {
protected:
    void touch(const std::string& name) const {
        std::filesystem::create_directories((folder / name).parent_path());
        write(name, std::string("x"));
    }
};

TEST_F(TrainingFiles, PairsNeedEqualNumbers) {
    const auto files = paired_files({"a", "b"}, {"c", "d"});
    ASSERT_EQ(files.size(), 2U);
    EXPECT_EQ(files[1].image, "b");
    EXPECT_EQ(files[1].labels, "d");
    EXPECT_THROW(paired_files({"a", "b"}, {"c"}), UsageError);
}

TEST_F(TrainingFiles, FolderPairsByName) {
    for (const char* name : {"images/b.mrc", "images/a.ome.tif", "images/c.mrc.gz", "images/.hidden",
                             "images/a.json", "labels/a.tif", "labels/c.h5", "labels/notes.txt"})
        touch(name);
    const auto files = files_in_folder(folder);
    ASSERT_EQ(files.size(), 3U);
    EXPECT_EQ(files[0].image.filename(), "a.ome.tif");
    EXPECT_EQ(files[0].labels.filename(), "a.tif");
    EXPECT_FALSE(files[1].has_labels());
    EXPECT_EQ(files[2].labels.filename(), "c.h5");
}

TEST_F(TrainingFiles, FolderSaysWhatIsWrong) {
    EXPECT_THAT(test::error_of([&] { files_in_folder(folder); }), HasSubstr("no images in it"));
    std::filesystem::create_directories(folder / "images");
    EXPECT_THAT(test::error_of([&] { files_in_folder(folder); }), HasSubstr("at least one tomogram"));
    touch("images/a.mrc");
    touch("labels/b.tif");
    EXPECT_THAT(test::error_of([&] { files_in_folder(folder); }),
                HasSubstr("b.tif: expected a tomogram of the same"));
    touch("images/a.tif");
    EXPECT_THAT(test::error_of([&] { files_in_folder(folder); }), HasSubstr("one file for each name"));
}

TEST_F(TrainingFiles, ManifestHasAllColumnsInAnyOrder) {
    const auto file = write("list.csv", std::string("\xEF\xBB\xBFlabels, image,voxel_nm,polarity\r\n"
                                                    "\"my, labels.tif\",a.mrc,\"20,20,10\",dark\r\n"
                                                    "# a remark\n"
                                                    ",sub/b.mrc,15 x 15 x 30,\n"
                                                    "l.tif,/far/c.mrc\n"));
    const auto files = files_in_manifest(file);
    ASSERT_EQ(files.size(), 3U);
    EXPECT_EQ(files[0].image, folder / "a.mrc");
    EXPECT_EQ(files[0].labels, folder / "my, labels.tif");
    test::expect_near(*files[0].voxel_um, {0.02, 0.02, 0.01});
    EXPECT_EQ(files[0].polarity, Polarity::dense_is_dark);
    EXPECT_FALSE(files[1].has_labels());
    EXPECT_EQ(files[1].image, folder / "sub/b.mrc");
    test::expect_near(*files[1].voxel_um, {0.015, 0.015, 0.03});
    EXPECT_EQ(files[1].polarity, Polarity::unknown);
    EXPECT_EQ(files[2].image, "/far/c.mrc");
    EXPECT_FALSE(files[2].voxel_um.has_value());
}

TEST_F(TrainingFiles, ManifestMayUseSemicolons) {
    const auto files =
        files_in_manifest(write("list.csv", std::string("image;labels;voxel_nm\na.mrc;b.tif;20,20,10\n")));
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(files[0].labels, folder / "b.tif");
    test::expect_near(*files[0].voxel_um, {0.02, 0.02, 0.01});
}

TEST_F(TrainingFiles, ManifestNamesTheLine) {
    const auto error = [&](const std::string& text) {
        const auto file = write("list.csv", text);
        return test::error_of([&] { files_in_manifest(file); });
    };
    EXPECT_THAT(error("image,labels,voxel_nm\na,b,20\na,b,huge\n"), HasSubstr("list.csv, line 3"));
    EXPECT_THAT(error("image,labels,polarity\na,b,upside\n"), HasSubstr("'upside'"));
    EXPECT_THAT(error("image,label\na,b\n"), HasSubstr("the column 'label'"));
    EXPECT_THAT(error("labels\na\n"), HasSubstr("no column 'image'"));
    EXPECT_THAT(error("image,labels\na,b,c\n"), HasSubstr("line 2: expected 2 fields"));
    EXPECT_THAT(error("image,labels\n,b\n"), HasSubstr("line 2: expected an image"));
    EXPECT_THAT(error("image,labels\n"), HasSubstr("at least one tomogram"));
    EXPECT_THAT(error("\xFF\xFEi"), HasSubstr("expected text in UTF-8, found text in UTF-16"));
    EXPECT_THAT(test::error_of([&] { files_in_manifest(folder / "none.csv"); }), HasSubstr("none.csv"));
}

}  // namespace
}  // namespace cytomo::commands
