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
cytomo_warnings(-Wall -Wextra -Wpedantic -Wnon-virtual-dtor)
# Several files at once may name a local variable like another file's own constant; see cytomo_unity.
if(CYTOMO_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  cytomo_warnings(-Wshadow=local)
else()
  cytomo_warnings(-Wshadow)
endif()
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
  target_link_options(cytomo_flags INTERFACE -fsanitize=address,undefined)
endif()
if(CYTOMO_COVERAGE)
  target_compile_options(cytomo_flags INTERFACE --coverage)
  target_link_options(cytomo_flags INTERFACE --coverage)
endif()

# cytomo_precompile(TARGET) parses what most files of a test program include once; all test programs share it. Libraries do
# without: GCC 12 raises false alarms on strings of precompiled headers when it optimises (bug 105651 and its kind).
# With ccache: CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime.
function(cytomo_precompile target)
  get_property(first GLOBAL PROPERTY CYTOMO_PRECOMPILED)
  if(first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    target_precompile_headers(${target} PRIVATE <gmock/gmock.h> <gtest/gtest.h> <algorithm> <array> <atomic> <chrono>
      <cmath> <cstdint> <filesystem> <fstream> <functional> <map> <memory> <numeric> <optional> <random> <set>
      <sstream> <string> <string_view> <thread> <utility> <vector>)
    set_property(GLOBAL PROPERTY CYTOMO_PRECOMPILED ${target})
  endif()
endfunction()

# cytomo_unity(TARGET) compiles several files of a library or program at once: a third of the time from nothing. Names of
# anonymous namespaces must differ within a folder. Off in the preset dev: there one changed file is compiled by itself.
function(cytomo_unity target)
  if(CYTOMO_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  endif()
endfunction()

# cytomo_unit_tests(NAME PROGRAM [SLOW Suite.Test …] [BYTES Suite.Test …] [DATA Suite.* …] [WHOLE_MACHINE Suite.Test …])
# Every test of a GoogleTest program becomes a test NAME.Suite.Test of ctest with the labels NAME and unit, found when ctest
# starts. Those that SLOW lists (some seconds or more; patterns of --gtest_filter) are labelled slow as well, those that
# BYTES lists slow and bytes: they compare results to the last digit, which hold for the release's optimisation alone; those
# that DATA lists (measured tomograms in CYTOMO_DATA, skipped without) data. WHOLE_MACHINE: busy on all cores, so by themselves.
include(GoogleTest)
add_custom_target(unit_tests)
function(cytomo_unit_tests name program)
  cmake_parse_arguments(ARG "" "" "SLOW;BYTES;DATA;WHOLE_MACHINE" ${ARGN})
  add_dependencies(unit_tests ${program})
  string(JOIN ":" special ${ARG_SLOW} ${ARG_BYTES} ${ARG_DATA} ${ARG_WHOLE_MACHINE})
  set(filter "*")
  if(special)
    set(filter "*-${special}")
  endif()
  _cytomo_discover(${name} ${program} "" 1 "${filter}")
  if(ARG_SLOW)
    string(JOIN ":" slow ${ARG_SLOW})
    _cytomo_discover(${name} ${program} slow 1 "${slow}")
  endif()
  if(ARG_BYTES)
    string(JOIN ":" bytes ${ARG_BYTES})
    _cytomo_discover(${name} ${program} "slow;bytes" 1 "${bytes}")
  endif()
  if(ARG_DATA)
    string(JOIN ":" data ${ARG_DATA})
    _cytomo_discover(${name} ${program} data 1 "${data}")
  endif()
  if(ARG_WHOLE_MACHINE)
    string(JOIN ":" whole ${ARG_WHOLE_MACHINE})
    _cytomo_discover(${name} ${program} slow 64 "${whole}")
  endif()
endfunction()

# The tests of a program that a filter names, with a label more and so many cores for each.
function(_cytomo_discover name program label cores filter)
  string(MAKE_C_IDENTIFIER "${program}_${label}_${cores}" list)
  gtest_discover_tests(${program} TEST_PREFIX "${name}." TEST_FILTER "${filter}" TEST_LIST ${list}
    DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120
    PROPERTIES TIMEOUT 900 PROCESSORS ${cores})
  # Lists do not pass through PROPERTIES; this runs when the tests are known. What tests measure of the machine while others
  # run must not be what the user's programs go by: a cache of their own.
  set(labels ${CMAKE_CURRENT_BINARY_DIR}/${list}_labels.cmake)
  set(all unit ${name} ${label})
  file(WRITE ${labels} "foreach(test IN LISTS ${list})
  set_tests_properties(\${test} PROPERTIES LABELS \"${all}\"
    ENVIRONMENT \"CYTOMO_SOURCE_DIR=${PROJECT_SOURCE_DIR};XDG_CACHE_HOME=${PROJECT_BINARY_DIR}/tests/cache\")
endforeach()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${labels})
endfunction()

# cytomo_folder(NAME SOURCES a.cpp … [TESTS a_test.cpp …] [USES core image …] [LIBRARIES X::X …]
#               [PRECOMPILE <torch/torch.h> …] [SLOW …] [BYTES …] [DATA …] [WHOLE_MACHINE …])
# Makes the static library cytomo_NAME and the test program cytomo_NAME_test (see cytomo_unit_tests).
# USES are folders; LIBRARIES are third-party and stay private to the folder. PRECOMPILE: headers
# that most SOURCES include and that take long to parse.
function(cytomo_folder name)
  cmake_parse_arguments(ARG "" "" "SOURCES;TESTS;USES;LIBRARIES;PRECOMPILE;SLOW;BYTES;DATA;WHOLE_MACHINE" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "cytomo_folder(${name}): expected SOURCES, TESTS, USES, LIBRARIES, PRECOMPILE, SLOW, BYTES, DATA, "
                        "WHOLE_MACHINE, "
                        "found ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  add_library(cytomo_${name} STATIC ${ARG_SOURCES})
  add_library(cytomo::${name} ALIAS cytomo_${name})
  set_property(GLOBAL APPEND PROPERTY CYTOMO_THIRD_PARTY ${ARG_LIBRARIES})
  target_link_libraries(cytomo_${name} PUBLIC cytomo_flags Threads::Threads)
  foreach(used IN LISTS ARG_USES)
    target_link_libraries(cytomo_${name} PUBLIC cytomo_${used})
  endforeach()
  target_link_libraries(cytomo_${name} PRIVATE ${ARG_LIBRARIES})
  cytomo_unity(cytomo_${name})
  if(CYTOMO_SANITIZE)  # what is tested; test programs, which would take three times as long to compile, are not looked at
    target_compile_options(cytomo_${name} PRIVATE -fsanitize=address,undefined -fno-omit-frame-pointer -g1)
  endif()
  if(ARG_PRECOMPILE)
    target_precompile_headers(cytomo_${name} PRIVATE ${ARG_PRECOMPILE})
  endif()
  if(CYTOMO_TESTS AND ARG_TESTS)
    add_executable(cytomo_${name}_test ${ARG_TESTS})
    target_link_libraries(cytomo_${name}_test PRIVATE cytomo_${name} GTest::gtest GTest::gmock GTest::gtest_main
                          ${ARG_LIBRARIES})
    target_compile_definitions(cytomo_${name}_test PRIVATE
      CYTOMO_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    if(ARG_PRECOMPILE)
      target_precompile_headers(cytomo_${name}_test REUSE_FROM cytomo_${name})
    else()
      # What tests do themselves need not be fast, but soon compiled.
      target_compile_options(cytomo_${name}_test PRIVATE $<$<CONFIG:Release>:-O1>)
      if(NOT OpenMP::OpenMP_CXX IN_LIST ARG_LIBRARIES)  # other flags cannot share
        cytomo_precompile(cytomo_${name}_test)
        if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
          target_compile_options(cytomo_${name}_test PRIVATE -Wno-array-bounds -Wno-stringop-overflow)  # as above
        endif()
      endif()
    endif()
    cytomo_unit_tests(${name} cytomo_${name}_test SLOW ${ARG_SLOW} BYTES ${ARG_BYTES} DATA ${ARG_DATA}
                      WHOLE_MACHINE ${ARG_WHOLE_MACHINE})
  endif()
endfunction()
