# Settings for every target, and the functions that folders use to declare themselves.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# Programs too are compiled with -fPIC: Clang refuses a precompiled header that was made with the other one.
set(CMAKE_CXX_COMPILE_OPTIONS_PIE "-fPIC")
set(VAETTIR_OPTIMIZE "-O0 -gline-tables-only" CACHE STRING "Optimisation and debug flags")
set(VAETTIR_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=")
option(VAETTIR_LTO "Link-time optimisation" OFF)

# The presets own the flags: CMake's own per-configuration flags would fight with them.
foreach(config DEBUG RELEASE)
  set(CMAKE_CXX_FLAGS_${config} "")
  set(CMAKE_C_FLAGS_${config} "")
endforeach()
separate_arguments(vaettir_optimize UNIX_COMMAND "${VAETTIR_OPTIMIZE}")
add_compile_options(${vaettir_optimize} -Wall -Wextra -Werror -Wno-missing-field-initializers -fno-omit-frame-pointer)
add_compile_definitions(_GNU_SOURCE)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_definitions(NDEBUG)
endif()
add_link_options(-fuse-ld=lld-19)
if(VAETTIR_SANITIZE)
  add_compile_options(-fsanitize=${VAETTIR_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${VAETTIR_SANITIZE})
endif()
if(VAETTIR_LTO)
  add_compile_options(-flto=thin)
  add_link_options(-flto=thin)
endif()
include_directories(${CMAKE_SOURCE_DIR})
include_directories(${CMAKE_BINARY_DIR}/generated)

# ccache sees through precompiled headers only with these two settings.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      ${CCACHE})
endif()
add_compile_options(-Xclang -fno-pch-timestamp)

# One precompiled header for all targets: they share flags, so they share the file.
file(WRITE ${CMAKE_BINARY_DIR}/pch.cpp "")
add_library(vaettir_pch OBJECT ${CMAKE_BINARY_DIR}/pch.cpp)
target_precompile_headers(vaettir_pch PRIVATE ${CMAKE_SOURCE_DIR}/cmake/pch.h)

find_package(PkgConfig REQUIRED)
function(vaettir_package target module)
  pkg_check_modules(${target} REQUIRED IMPORTED_TARGET GLOBAL ${module})
  add_library(pkg_${target} INTERFACE)
  target_link_libraries(pkg_${target} INTERFACE PkgConfig::${target})
endfunction()

# vaettir_library(NAME DIR dir LINKS libs...): every .cpp under the folder is one library. The LINKS are
# the folder's line in docs/ARCHITECTURE.md: what it may include.
function(vaettir_library name)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(sources)
    add_library(${name} STATIC ${sources})
    target_precompile_headers(${name} REUSE_FROM vaettir_pch)
    target_link_libraries(${name} PUBLIC ${ARG_LINKS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ARG_LINKS})
  endif()
endfunction()
