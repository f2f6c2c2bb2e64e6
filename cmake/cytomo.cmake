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
if(CYTOMO_COVERAGE)
  target_compile_options(cytomo_flags INTERFACE --coverage)
  target_link_options(cytomo_flags INTERFACE --coverage)
endif()

# cytomo_precompile(TARGET) parses what most files of a test program include once; all test programs share it. Libraries do
# without: GCC 12 raises false alarms on strings of precompiled headers when it optimises (bug 105651 and its kind).
# With ccache: CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime.
function(cytomo_precompile target)
  get_property(first GLOBAL PROPERTY CYTOMO_PRECOMPILED)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-stringop-overflow)  # false alarms, see above
  endif()
  if(first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    target_precompile_headers(${target} PRIVATE <gmock/gmock.h> <gtest/gtest.h> <algorithm> <array> <atomic> <chrono>
      <cmath> <cstdint> <filesystem> <fstream> <functional> <map> <memory> <numeric> <optional> <random> <set>
      <sstream> <string> <string_view> <thread> <utility> <vector>)
    set_property(GLOBAL PROPERTY CYTOMO_PRECOMPILED ${target})
  endif()
endfunction()

# cytomo_unity(TARGET) compiles several files of a library or program at once: less than half of the time from nothing. Names
# of anonymous namespaces must differ within a folder, those of its tests among its tests. Off in the preset dev: there one
# changed file is compiled by itself. Up to eight files in the order they are listed: those that include what takes long to
# compile (nlohmann/json.hpp: six seconds a time, twice that with sanitizers) stand side by side.
function(cytomo_unity target)
  if(CYTOMO_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  endif()
endfunction()

# cytomo_unit_tests(NAME PROGRAM [SLOW Suite.Test …] [BYTES Suite.Test …] [DATA Suite.* …] [WHOLE_MACHINE Suite.Test …]
#                   [BY_SUITE a_test.cpp …])
# Every test of a GoogleTest program becomes a test NAME.Suite.Test of ctest with the labels NAME and unit, found when ctest
# starts. Those that SLOW lists (some seconds or more; patterns of --gtest_filter) are labelled slow as well, those that
# BYTES lists slow and bytes: they compare results to the last digit, which hold for the release's optimisation alone; those
# that DATA lists (measured tomograms in CYTOMO_DATA, skipped without) data. WHOLE_MACHINE: busy on all cores, so by themselves.
# BY_SUITE: the sources of a program that takes a second to start, since it loads libtorch. What is not labelled otherwise
# becomes one test NAME.Suite for each suite. SOURCES: those of any other program. A pattern that names no test in them is an
# error.
include(GoogleTest)
add_custom_target(unit_tests)
add_custom_target(sanitized_tests)
function(cytomo_unit_tests name program)
  cmake_parse_arguments(ARG "" "" "SLOW;BYTES;DATA;WHOLE_MACHINE;BY_SUITE;SOURCES" ${ARGN})
  add_dependencies(unit_tests ${program})
  _cytomo_listed_tests(tests ${ARG_BY_SUITE} ${ARG_SOURCES})
  foreach(pattern IN LISTS ARG_SLOW ARG_BYTES ARG_DATA ARG_WHOLE_MACHINE)
    _cytomo_matching(named "${pattern}" ${tests})
    if(NOT named)
      message(FATAL_ERROR "${name}: expected tests named '${pattern}' (SLOW, BYTES, DATA or WHOLE_MACHINE), found none in "
              "${ARG_BY_SUITE} ${ARG_SOURCES}. Correct the name, or take it from the list")
    endif()
  endforeach()
  set(special ${ARG_SLOW} ${ARG_BYTES} ${ARG_DATA} ${ARG_WHOLE_MACHINE})
  list(JOIN special ":" except)
  if(except)
    string(PREPEND except "-")
  endif()
  if(ARG_BY_SUITE)
    _cytomo_suites(unit ${name} ${program} "${special}" ${ARG_BY_SUITE})
  else()
    _cytomo_discover(${program} "*${except}" 1 unit ${name})
  endif()
  list(JOIN ARG_SLOW ":" slow)
  _cytomo_discover(${program} "${slow}" 1 unit ${name} slow)
  list(JOIN ARG_BYTES ":" bytes)
  _cytomo_discover(${program} "${bytes}" 1 unit ${name} slow bytes)
  list(JOIN ARG_DATA ":" data)
  _cytomo_discover(${program} "${data}" 1 unit ${name} data)
  list(JOIN ARG_WHOLE_MACHINE ":" whole)
  _cytomo_discover(${program} "${whole}" 64 unit ${name} slow)
endfunction()

# What tests measure of the machine while others run must not be what the user's programs go by: a cache of their own.
set(cytomo_test_environment "CYTOMO_SOURCE_DIR=${PROJECT_SOURCE_DIR}" "XDG_CACHE_HOME=${PROJECT_BINARY_DIR}/tests/cache")

# _cytomo_discover(PROGRAM FILTER CORES LABEL NAME [LABEL …]): the tests that a filter names (none: nothing), with so many
# cores for each. Their names begin with NAME.
function(_cytomo_discover program filter cores)
  if(NOT filter)
    return()
  endif()
  set(cost 0)
  if("slow" IN_LIST ARGN)
    set(cost 10)  # begins before what is soon done (tests/CMakeLists.txt)
  endif()
  string(MAKE_C_IDENTIFIER "${program}_${ARGN}_${cores}" list)
  gtest_discover_tests(${program} TEST_PREFIX "${ARGV4}." TEST_FILTER "${filter}" TEST_LIST ${list}
    DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120
    PROPERTIES TIMEOUT 900 PROCESSORS ${cores} COST ${cost})
  # Lists do not pass through PROPERTIES; this runs when the tests are known.
  set(labels ${CMAKE_CURRENT_BINARY_DIR}/${list}_labels.cmake)
  file(WRITE ${labels} "foreach(test IN LISTS ${list})
  set_tests_properties(\${test} PROPERTIES LABELS \"${ARGN}\" ENVIRONMENT \"${cytomo_test_environment}\")
endforeach()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${labels})
endfunction()

# _cytomo_listed_tests(VARIABLE a_test.cpp …): the tests in these files, as Suite.Test, in the variable.
function(_cytomo_listed_tests variable)
  set(tests "")
  foreach(file IN LISTS ARGN)
    file(STRINGS ${file} lines REGEX "^(TYPED_)?TEST(_F|_P)?\\(")
    if(NOT lines)
      message(FATAL_ERROR "${file}: expected tests, lines that begin with TEST( or its kind, found none")
    endif()
    foreach(line IN LISTS lines)
      if(NOT line MATCHES "^[A-Z_]+\\(([A-Za-z0-9]+), ([A-Za-z0-9]+)\\)")
        message(FATAL_ERROR "${file}: expected TEST(Suite, Test) or its kind in one line, found ${line}")
      endif()
      list(APPEND tests ${CMAKE_MATCH_1}.${CMAKE_MATCH_2})
    endforeach()
  endforeach()
  set(${variable} "${tests}" PARENT_SCOPE)
endfunction()

# _cytomo_matching(VARIABLE PATTERN Suite.Test …): those that a pattern of --gtest_filter names, in the variable.
function(_cytomo_matching variable pattern)
  string(REPLACE "." "\\." expression "${pattern}")
  string(REPLACE "*" ".*" expression "${expression}")
  set(tests ${ARGN})
  list(FILTER tests INCLUDE REGEX "^${expression}$")
  set(${variable} "${tests}" PARENT_SCOPE)
endfunction()

# _cytomo_suites(LABEL NAME PROGRAM EXCEPT a_test.cpp …): a test NAME.Suite, labelled LABEL and NAME, for each suite in these
# files, without the tests that patterns in EXCEPT name. Names of those labelled sanitized begin with that.
function(_cytomo_suites label name program except)
  _cytomo_listed_tests(tests ${ARGN})
  foreach(file IN LISTS ARGN)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
  foreach(pattern IN LISTS except)
    _cytomo_matching(left_out "${pattern}" ${tests})
    if(left_out)
      list(REMOVE_ITEM tests ${left_out})
    endif()
  endforeach()
  # A program whose filter leaves no test passes, and nobody would know.
  if(NOT tests)
    message(FATAL_ERROR "${name}: expected tests to run by suite, found none in ${ARGN} but those that '${except}' leaves out")
  endif()
  list(JOIN except ":" filter)
  if(filter)
    string(PREPEND filter "-")
  endif()
  set(prefix "")
  if(label STREQUAL "sanitized")
    set(prefix "sanitized.")
  endif()
  list(TRANSFORM tests REPLACE "\\..*" "")
  list(REMOVE_DUPLICATES tests)
  foreach(suite IN LISTS tests)
    # Beside its name, numbers stand where it has types or parameters.
    add_test(NAME ${prefix}${name}.${suite}
             COMMAND ${program} --gtest_filter=${suite}.*:${suite}/*:*/${suite}.*:*/${suite}/*${filter})
    set_tests_properties(${prefix}${name}.${suite} PROPERTIES TIMEOUT 900 LABELS "${label};${name}"
                         ENVIRONMENT "${cytomo_test_environment}" FAIL_REGULAR_EXPRESSION "Running 0 tests")
  endforeach()
endfunction()

# cytomo_folder(NAME SOURCES a.cpp … [TESTS a_test.cpp …] [USES core image …] [LIBRARIES X::X …]
#               [PRECOMPILE <torch/torch.h> …] [TEST_USES io …] [SLOW …] [BYTES …] [DATA …] [WHOLE_MACHINE …] [BY_SUITE])
# Makes the static library cytomo_NAME and the test program cytomo_NAME_test (see cytomo_unit_tests).
# USES are folders, TEST_USES those of the tests alone; LIBRARIES are third-party and stay private to the folder. PRECOMPILE:
# headers that most SOURCES include and that take long to parse.
function(cytomo_folder name)
  set(lists SOURCES TESTS USES LIBRARIES PRECOMPILE TEST_USES SLOW BYTES DATA WHOLE_MACHINE)
  cmake_parse_arguments(ARG "BY_SUITE" "" "${lists}" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "cytomo_folder(${name}): expected ${lists}, BY_SUITE, found ${ARG_UNPARSED_ARGUMENTS}")
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
  if(ARG_PRECOMPILE)
    target_precompile_headers(cytomo_${name} PRIVATE ${ARG_PRECOMPILE})
  endif()
  if(CYTOMO_TESTS AND ARG_TESTS)
    add_executable(cytomo_${name}_test ${ARG_TESTS})
    target_link_libraries(cytomo_${name}_test PRIVATE cytomo_${name} GTest::gtest GTest::gmock GTest::gtest_main
                          ${ARG_LIBRARIES})
    foreach(used IN LISTS ARG_TEST_USES)
      target_link_libraries(cytomo_${name}_test PRIVATE cytomo_${used})
    endforeach()
    target_compile_definitions(cytomo_${name}_test PRIVATE
      CYTOMO_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    if(ARG_PRECOMPILE)
      target_precompile_headers(cytomo_${name}_test REUSE_FROM cytomo_${name})
    else()
      # What tests do themselves need not be fast, but soon compiled.
      target_compile_options(cytomo_${name}_test PRIVATE $<$<CONFIG:Release>:-O1>)
      if(NOT OpenMP::OpenMP_CXX IN_LIST ARG_LIBRARIES)  # other flags cannot share
        cytomo_precompile(cytomo_${name}_test)
      endif()
    endif()
    cytomo_unity(cytomo_${name}_test)
    set(sources SOURCES)
    if(ARG_BY_SUITE)
      set(sources BY_SUITE)
    endif()
    cytomo_unit_tests(${name} cytomo_${name}_test SLOW ${ARG_SLOW} BYTES ${ARG_BYTES} DATA ${ARG_DATA}
                      WHOLE_MACHINE ${ARG_WHOLE_MACHINE} ${sources} ${ARG_TESTS})
    if(CYTOMO_SANITIZE AND name IN_LIST cytomo_sanitized_folders)
      _cytomo_sanitized(${name})
    endif()
  endif()
endfunction()

# The library of a folder once more with sanitizers, and its test program linked to that: the same objects, since what
# tests do themselves is not looked at. Slow tests look at results, not at memory: without them. By suite: a sanitized program
# takes long to start and to end.
# Called by cytomo_folder, whose arguments it reads.
set(cytomo_sanitized_folders core io image simulation network labels surfaces measures)
set(CYTOMO_SANITIZE_NOT "" CACHE STRING "Checks that the sanitized libraries do without (-fno-sanitize)")
function(_cytomo_sanitized name)
  set(library cytomo_${name}_sanitized)
  set(test cytomo_${name}_test_sanitized)
  add_library(${library} STATIC EXCLUDE_FROM_ALL ${ARG_SOURCES})
  target_link_libraries(${library} PUBLIC cytomo_flags Threads::Threads PRIVATE ${ARG_LIBRARIES})
  target_compile_definitions(${library} PRIVATE $<TARGET_PROPERTY:cytomo_${name},COMPILE_DEFINITIONS>)
  # Sanitizers raise false alarms; what is right is said for the library itself.
  target_compile_options(${library} PRIVATE -fsanitize=address,undefined -fno-sanitize-recover=undefined
                         -fno-omit-frame-pointer -O1 -g1 -w)
  if(CYTOMO_SANITIZE_NOT)
    target_compile_options(${library} PRIVATE -fno-sanitize=${CYTOMO_SANITIZE_NOT})
  endif()
  cytomo_unity(${library})
  add_executable(${test} EXCLUDE_FROM_ALL $<TARGET_OBJECTS:cytomo_${name}_test>)
  set_target_properties(${test} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_options(${test} PRIVATE -fsanitize=address,undefined)
  target_link_libraries(${test} PRIVATE ${library} GTest::gtest GTest::gmock GTest::gtest_main ${ARG_LIBRARIES})
  foreach(used IN LISTS ARG_USES)
    target_link_libraries(${library} PUBLIC cytomo_${used}_sanitized)
  endforeach()
  foreach(used IN LISTS ARG_TEST_USES)
    target_link_libraries(${test} PRIVATE cytomo_${used}_sanitized)
  endforeach()
  add_dependencies(sanitized_tests ${test})
  set(special ${ARG_SLOW} ${ARG_BYTES} ${ARG_WHOLE_MACHINE})
  _cytomo_suites(sanitized ${name} ${test} "${special}" ${ARG_TESTS})
endfunction()
