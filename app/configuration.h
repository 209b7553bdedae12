// The configuration files of one command: found, read, and handed to routes::load(). `serve`
// follows them (gateway/providers); `check` and `explain` read them once.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "base/core/system.h"
#include "routes/load.h"

namespace vaettir::app {

// --config, else ./vaettir.yml, else /etc/vaettir/vaettir.yml; nullopt: none, the built-in
// configuration holds.
std::optional<std::filesystem::path> main_file(const std::string& flag);

// --env-file, else .env beside the main file (or in the working directory without one); nullopt:
// there is none.
std::optional<std::filesystem::path> env_file(const std::string& flag,
                                              const std::optional<std::filesystem::path>& main);

// What the process was started with, under what the .env file says. Errors: bad_request, with file
// and line.
Result<Environment> effective_environment(const std::optional<std::filesystem::path>& env_file);

// What a workflow's $env may show: everything but the program's own secrets (keys, passwords,
// tokens of the store, the queue and the runners).
Environment without_own_secrets(Environment environment);

// The main file and the route files that its providers.file names, in the order of their names.
// Errors: internal, naming the file that cannot be read.
Result<std::vector<routes::SourceFile>> read_configuration(const std::filesystem::path& main,
                                                           const Environment& environment);

// The files of a `check`: one of them may be a main file (by its name or its content); its
// providers.file is followed. A single file is taken as the main file.
Result<std::vector<routes::SourceFile>> read_files(const std::vector<std::string>& names,
                                                   const Environment& environment);

}  // namespace vaettir::app
