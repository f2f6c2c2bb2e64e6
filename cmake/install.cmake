# What `make install` and `make package` put where. The program finds its model at ../share/cytomo and cytomo-torch at
# ../libexec, so these places are fixed; libraries go where the system wants them.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(CYTOMO_ZSH_COMPLETIONS "share/zsh/site-functions" CACHE STRING "Where zsh looks for completions, below the prefix")

# Components, each a Debian package: program (cytomo), train (cytomo-train), dev (cytomo-dev).
if(TARGET cytomo)
  install(TARGETS cytomo RUNTIME DESTINATION bin COMPONENT program)
  install(FILES models/default.safetensors models/wide.safetensors DESTINATION share/cytomo COMPONENT program)
  install(FILES CITATION.cff README.md DESTINATION share/doc/cytomo COMPONENT program)
  install(FILES LICENSE DESTINATION share/doc/cytomo RENAME copyright COMPONENT program)

  # Man pages and completions say what --help says.
  set(manual ${PROJECT_BINARY_DIR}/manual)
  add_custom_command(OUTPUT ${manual}/made
    COMMAND ${PROJECT_SOURCE_DIR}/scripts/generate-manual $<TARGET_FILE:cytomo> ${manual}
    COMMAND ${CMAKE_COMMAND} -E touch ${manual}/made
    DEPENDS cytomo ${PROJECT_SOURCE_DIR}/scripts/generate-manual ${PROJECT_SOURCE_DIR}/scripts/help-table.awk
    COMMENT "Man pages and completions" VERBATIM)
  add_custom_target(cytomo_manual ALL DEPENDS ${manual}/made)
  install(DIRECTORY ${manual}/man1/ DESTINATION share/man/man1 COMPONENT program)
  install(FILES ${manual}/bash/cytomo DESTINATION share/bash-completion/completions COMPONENT program)
  install(FILES ${manual}/zsh/_cytomo DESTINATION ${CYTOMO_ZSH_COMPLETIONS} COMPONENT program)
endif()
if(TARGET cytomo-torch)
  install(TARGETS cytomo-torch RUNTIME DESTINATION libexec COMPONENT train)
  install(FILES LICENSE DESTINATION share/doc/cytomo-train RENAME copyright COMPONENT train)
endif()

# The library, one target a folder: find_package(cytomo) gives cytomo::core, cytomo::io, …, and with
# COMPONENTS training cytomo::training, which needs libtorch.
set(config ${CMAKE_INSTALL_LIBDIR}/cmake/cytomo)
set_target_properties(cytomo_flags PROPERTIES EXPORT_NAME flags)
install(TARGETS cytomo_flags EXPORT cytomo COMPONENT dev)
get_property(CYTOMO_THIRD_PARTY GLOBAL PROPERTY CYTOMO_THIRD_PARTY)
foreach(folder IN ITEMS core io image simulation network labels surfaces measures report analyze training training_report)
  if(TARGET cytomo_${folder})
    set(set cytomo)
    if(folder MATCHES "^training")
      set(set cytomo-training)
    endif()
    set_target_properties(cytomo_${folder} PROPERTIES EXPORT_NAME ${folder})
    install(TARGETS cytomo_${folder} EXPORT ${set} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
  endif()
endforeach()
install(EXPORT cytomo NAMESPACE cytomo:: FILE cytomo-targets.cmake DESTINATION ${config} COMPONENT dev)
if(TARGET cytomo_training)
  install(EXPORT cytomo-training NAMESPACE cytomo:: FILE cytomo-training-targets.cmake DESTINATION ${config}
          COMPONENT dev)
endif()
configure_package_config_file(cmake/cytomo-config.cmake.in ${PROJECT_BINARY_DIR}/cytomo-config.cmake
                              INSTALL_DESTINATION ${config} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cytomo-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/cytomo-config.cmake ${PROJECT_BINARY_DIR}/cytomo-config-version.cmake
        DESTINATION ${config} COMPONENT dev)
install(FILES LICENSE DESTINATION share/doc/cytomo-dev RENAME copyright COMPONENT dev)

# Headers that do not call themselves private, without those of tests.
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/src src/cytomo/*.h)
foreach(header IN LISTS headers)
  file(STRINGS src/${header} first LIMIT_COUNT 1)
  if(NOT first MATCHES "[Pp]rivate to" AND NOT header MATCHES "/(test_|golden_)")
    get_filename_component(place ${header} DIRECTORY)
    install(FILES src/${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/${place} COMPONENT dev)
  endif()
endforeach()
