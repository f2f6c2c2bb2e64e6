# `make package`: what CPack writes into the Debian packages. scripts/package runs it and makes the tarball.
set(CPACK_PACKAGE_NAME cytomo)
set(CPACK_PACKAGE_VENDOR "The cytomo developers")
set(CPACK_PACKAGE_CONTACT "The cytomo developers <cytomo@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_COMPONENTS_ALL program dev)
if(TARGET cytomo-torch)
  list(APPEND CPACK_COMPONENTS_ALL train)
endif()
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME cytomo)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS cytomo-train)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "${PROJECT_DESCRIPTION}
 Segments cryo soft X-ray tomograms, separates organelles, measures them and
 writes a page that shows it all. To train models, install cytomo-train.")

# The same version: cytomo-torch is the same program with libtorch.
set(CPACK_DEBIAN_TRAIN_PACKAGE_NAME cytomo-train)
set(CPACK_DEBIAN_TRAIN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_TRAIN_PACKAGE_DEPENDS "cytomo (= ${PROJECT_VERSION}), libopenblas0")
set(CPACK_DEBIAN_TRAIN_DESCRIPTION "training for cytomo
 The program that 'cytomo train' starts, and double-decoder models. It needs
 libtorch, which cytomo itself does without.")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME cytomo-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
    "libdnnl-dev, ocl-icd-opencl-dev, libembree-dev, libhdf5-dev, libtiff-dev, libpng-dev, zlib1g-dev, nlohmann-json3-dev")
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS libtorch-dev)
set(CPACK_DEBIAN_DEV_DESCRIPTION "library of cytomo
 Static libraries, headers and CMake's package: find_package(cytomo).")
include(CPack)
