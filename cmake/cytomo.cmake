# What every folder's CMakeLists.txt uses.

add_library(cytomo_flags INTERFACE)
# Of all this, programs that use the installed library get the headers, the standard and -march.
target_include_directories(cytomo_flags INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>
                           $<INSTALL_INTERFACE:include>)
target_compile_features(cytomo_flags INTERFACE cxx_std_20)
function(cytomo_warnings)
  foreach(option IN LISTS ARGN)
    target_compile_options(cytomo_flags INTERFACE $<BUILD_INTERFACE:${option}>)
  endforeach()
endfunction()
cytomo_warnings(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  cytomo_warnings(-Wno-restrict)  # false alarms on string + string (GCC bug 105651)
endif()
if(CYTOMO_MARCH)
  target_compile_options(cytomo_flags INTERFACE -march=${CYTOMO_MARCH})
endif()
if(CYTOMO_WERROR)
  cytomo_warnings(-Werror)
endif()
if(CYTOMO_SANITIZE)
  target_compile_options(cytomo_flags INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer -g1)
  target_link_options(cytomo_flags INTERFACE -fsanitize=address,undefined)
endif()

# cytomo_folder(NAME SOURCES a.cpp … [TESTS a_test.cpp …] [USES core image …] [LIBRARIES X::X …])
# Makes the static library cytomo_NAME and the test program cytomo_NAME_test.
# USES are folders; LIBRARIES are third-party and stay private to the folder.
function(cytomo_folder name)
  cmake_parse_arguments(ARG "" "" "SOURCES;TESTS;USES;LIBRARIES" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "cytomo_folder(${name}): expected SOURCES, TESTS, USES, LIBRARIES, found ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  add_library(cytomo_${name} STATIC ${ARG_SOURCES})
  add_library(cytomo::${name} ALIAS cytomo_${name})
  set_property(GLOBAL APPEND PROPERTY CYTOMO_THIRD_PARTY ${ARG_LIBRARIES})
  target_link_libraries(cytomo_${name} PUBLIC cytomo_flags Threads::Threads)
  foreach(used IN LISTS ARG_USES)
    target_link_libraries(cytomo_${name} PUBLIC cytomo_${used})
  endforeach()
  target_link_libraries(cytomo_${name} PRIVATE ${ARG_LIBRARIES})
  if(CYTOMO_TESTS AND ARG_TESTS)
    add_executable(cytomo_${name}_test ${ARG_TESTS})
    target_link_libraries(cytomo_${name}_test PRIVATE cytomo_${name} GTest::gtest GTest::gmock GTest::gtest_main
                          ${ARG_LIBRARIES})
    target_compile_definitions(cytomo_${name}_test PRIVATE
      CYTOMO_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    add_test(NAME ${name} COMMAND cytomo_${name}_test)
    set_tests_properties(${name} PROPERTIES TIMEOUT 900
      ENVIRONMENT "CYTOMO_SOURCE_DIR=${PROJECT_SOURCE_DIR}")
  endif()
endfunction()
