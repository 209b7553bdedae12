#include "app/configuration.h"

#include <algorithm>
#include <system_error>

namespace vaettir::app {
namespace {

namespace fs = std::filesystem;
using Role = routes::SourceFile::Role;

// Names of the program's own settings; a workflow's secrets (GITHUB_TOKEN) have names of their own.
constexpr std::string_view kOwnPrefixes[] = {"N8N_",     "DB_",   "QUEUE_BULL_",
                                             "VAETTIR_", "OTEL_", "OPIK_"};
constexpr std::string_view kSecretWords[] = {"KEY",    "PASSWORD", "TOKEN",
                                             "SECRET", "AUTH",     "HEADERS"};

bool is_yaml(const fs::path& path) {
  return path.extension() == ".yml" || path.extension() == ".yaml";
}

Result<> add_file(std::vector<routes::SourceFile>& files, const fs::path& path, Role role) {
  TRY(std::string text, read_file(path));
  files.push_back({path.string(), std::move(text), role});
  return {};
}

// Directories in depth-first order of names, as the provider follows them.
Result<> add_directory(std::vector<routes::SourceFile>& files, const fs::path& directory) {
  std::error_code problem;
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(directory, problem)) {
    if (entry.is_regular_file(problem) && is_yaml(entry.path())) found.push_back(entry.path());
  }
  if (problem) {
    return fail(Cause::kInternal, fmt::format("cannot read the route files in {}: {}",
                                              directory.string(), problem.message()));
  }
  std::sort(found.begin(), found.end());
  for (const fs::path& path : found) TRY_OK(add_file(files, path, Role::kRoutes));
  return {};
}

Result<> add_provided(std::vector<routes::SourceFile>& files, const fs::path& main,
                      const Environment& environment) {
  const auto provider = routes::file_provider(files.front(), environment);
  if (!provider) return {};
  // Paths in a file are relative to that file.
  if (!provider->filename.empty()) {
    return add_file(files, main.parent_path() / provider->filename, Role::kRoutes);
  }
  return add_directory(files, main.parent_path() / provider->directory);
}

// A name people give to main files, or a key that only main files have at the left margin.
bool looks_like_main(const routes::SourceFile& file) {
  const std::string stem = fs::path(file.name).stem().string();
  if (stem == "vaettir" || stem == "traefik") return true;
  for (const char* key : {"entryPoints:", "certificatesResolvers:", "providers:"}) {
    if (file.text.starts_with(key) || file.text.find(std::string("\n") + key) != std::string::npos)
      return true;
  }
  return false;
}

}  // namespace

std::optional<fs::path> main_file(const std::string& flag) {
  if (!flag.empty()) return fs::path(flag);
  std::error_code ignored;
  for (const char* usual : {"vaettir.yml", "/etc/vaettir/vaettir.yml"}) {
    if (fs::exists(usual, ignored)) return fs::path(usual);
  }
  return std::nullopt;
}

std::optional<fs::path> env_file(const std::string& flag, const std::optional<fs::path>& main) {
  if (!flag.empty()) return fs::path(flag);
  const fs::path beside = (main ? main->parent_path() : fs::path()) / ".env";
  std::error_code ignored;
  if (fs::is_regular_file(beside, ignored)) return beside;
  return std::nullopt;
}

Result<Environment> effective_environment(const std::optional<fs::path>& env_file) {
  Environment environment = process_environment();
  if (!env_file) return environment;
  TRY(std::string text, read_file(*env_file));
  TRY(Environment above, parse_env_file(text, env_file->string()));
  for (auto& [name, value] : above) environment.insert_or_assign(name, std::move(value));
  return environment;
}

Environment without_own_secrets(Environment environment) {
  std::erase_if(environment, [](const auto& each) {
    const std::string_view name = each.first;
    const bool ours = std::ranges::any_of(
        kOwnPrefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
    const bool secret = std::ranges::any_of(
        kSecretWords, [&](std::string_view word) { return name.find(word) != name.npos; });
    return ours && secret;
  });
  return environment;
}

Result<std::vector<routes::SourceFile>> read_configuration(const fs::path& main,
                                                           const Environment& environment) {
  std::vector<routes::SourceFile> files;
  TRY_OK(add_file(files, main, Role::kMain));
  TRY_OK(add_provided(files, main, environment));
  return files;
}

Result<std::vector<routes::SourceFile>> read_files(const std::vector<std::string>& names,
                                                   const Environment& environment) {
  if (names.size() == 1) return read_configuration(names.front(), environment);
  std::vector<routes::SourceFile> files;
  for (const std::string& name : names) TRY_OK(add_file(files, name, Role::kRoutes));
  const auto main = std::find_if(files.begin(), files.end(), looks_like_main);
  if (main == files.end()) return files;
  main->role = Role::kMain;
  std::rotate(files.begin(), main, main + 1);
  std::vector<routes::SourceFile> provided = {files.front()};
  TRY_OK(add_provided(provided, files.front().name, environment));
  for (std::size_t i = 1; i < provided.size(); i++) {
    const bool named = std::any_of(files.begin(), files.end(), [&](const auto& file) {
      std::error_code ignored;
      return fs::equivalent(file.name, provided[i].name, ignored);
    });
    if (!named) files.push_back(std::move(provided[i]));
  }
  return files;
}

}  // namespace vaettir::app
