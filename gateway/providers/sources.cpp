#include "gateway/providers/sources.h"

#include <sys/stat.h>

namespace vaettir::gateway {
namespace {

namespace fs = std::filesystem;
using Role = routes::SourceFile::Role;

bool is_yaml(const fs::path& path) {
  return path.extension() == ".yml" || path.extension() == ".yaml";
}

// Editors and config maps put hidden files and directories beside the real ones.
bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

void stamp(std::string& out, const fs::path& path) {
  struct stat facts = {};
  if (::stat(path.c_str(), &facts) != 0) {
    out += fmt::format("{}:-\n", path.string());
    return;
  }
  out += fmt::format("{}:{}.{}:{}:{}\n", path.string(), facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec,
                     facts.st_size, facts.st_ino);
}

void read_environment(const ConfigurationSources& sources, const Environment& before,
                      Gathered& out) {
  out.environment = sources.process;
  std::error_code ignored;
  if (!sources.env_file || !fs::exists(*sources.env_file, ignored)) return;
  const auto parsed = [&]() -> Result<Environment> {
    TRY(const std::string text, read_file(*sources.env_file));
    return parse_env_file(text, sources.env_file->string(), sources.process);
  }();
  if (!parsed) {
    out.environment_error = parsed.error().copy();
    out.environment = before;
    return;
  }
  for (const auto& [name, value] : *parsed) out.environment.insert_or_assign(name, value);
}

// Adds the file with its text; a file that is gone by now is none.
void add_file(Gathered& out, const fs::path& path, Role role, const GoodTexts& good) {
  auto text = read_file(path);
  std::error_code ignored;
  if (!text && role == Role::kRoutes && !fs::exists(path, ignored)) return;
  const std::string name = path.string();
  if (!text) {
    out.unreadable.push_back(name);
    const auto known = good.find(name);
    text = known == good.end() ? std::string() : known->second;
  }
  out.files.push_back({name, *std::move(text), role});
}

void list_directory(const fs::path& directory, std::vector<fs::path>& directories,
                    std::vector<fs::path>& found) {
  std::error_code problem;
  directories.push_back(directory);
  fs::recursive_directory_iterator entries(directory, problem);
  for (; !problem && entries != fs::recursive_directory_iterator(); entries.increment(problem)) {
    const fs::path& path = entries->path();
    std::error_code ignored;
    if (is_hidden(path)) {
      if (entries->is_directory(ignored)) entries.disable_recursion_pending();
    } else if (entries->is_directory(ignored)) {
      directories.push_back(path);
    } else if (entries->is_regular_file(ignored) && is_yaml(path)) {
      found.push_back(path);
    }
  }
  std::ranges::sort(found);
}

// Where the main file of this moment is broken, its last good version says where route files are:
// they must not vanish because of a mistake elsewhere.
std::optional<routes::FileProvider> provider_of(const routes::SourceFile& main,
                                                const Environment& environment,
                                                const GoodTexts& good,
                                                const schema::Catalog& middlewares) {
  if (auto provider = routes::file_provider(main, environment)) return provider;
  const auto known = good.find(main.name);
  if (known == good.end() || known->second == main.text) return std::nullopt;
  const routes::LoadResult alone = routes::load({.files = {main},
                                                 .environment = environment,
                                                 .middlewares = middlewares,
                                                 .targets = {},
                                                 .overrides = {}});
  if (alone.table) return std::nullopt;
  return routes::file_provider({main.name, known->second, Role::kMain}, environment);
}

fs::path directory_of(const fs::path& file) {
  const fs::path parent = file.parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

// Paths in a file are relative to that file.
void find_route_files(const fs::path& main, const std::optional<routes::FileProvider>& provider,
                      Gathered& out, std::vector<fs::path>& found) {
  if (!provider) return;
  std::vector<fs::path> directories;
  if (!provider->filename.empty()) {
    found.push_back(main.parent_path() / provider->filename);
  } else {
    list_directory(main.parent_path() / provider->directory, directories, found);
  }
  if (!provider->watch) return;
  for (const fs::path& each : found) {
    out.watched_files.push_back(each);
    if (directories.empty()) out.watched_directories.push_back(directory_of(each));
  }
  std::ranges::copy(directories, std::back_inserter(out.watched_directories));
  out.listed_directories = std::move(directories);
}

}  // namespace

Gathered gather(const ConfigurationSources& sources, const GoodTexts& good,
                const Environment& before, const schema::Catalog& middlewares) {
  Gathered out;
  for (const auto& each : {sources.env_file, sources.main}) {
    if (!each) continue;
    out.watched_files.push_back(*each);
    out.watched_directories.push_back(directory_of(*each));
  }
  const std::string early = fingerprint(out.watched_files, {});
  read_environment(sources, before, out);
  std::vector<fs::path> found;
  if (sources.main) {
    add_file(out, *sources.main, Role::kMain, good);
    const auto provider = provider_of(out.files.front(), out.environment, good, middlewares);
    find_route_files(*sources.main, provider, out, found);
  }
  out.fingerprint = fingerprint(out.watched_files, out.listed_directories);
  // Main file or .env have changed while they were read: the next look must see it.
  if (!out.fingerprint.starts_with(early)) out.fingerprint.clear();
  for (const fs::path& path : found) add_file(out, path, Role::kRoutes, good);
  return out;
}

std::string fingerprint(const std::vector<fs::path>& files,
                        const std::vector<fs::path>& directories) {
  std::string out;
  for (const fs::path& each : files) stamp(out, each);
  for (const fs::path& each : directories) stamp(out, each);
  return out;
}

}  // namespace vaettir::gateway
