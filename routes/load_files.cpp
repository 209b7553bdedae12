// From text to settings, file by file.
#include <algorithm>

#include "base/core/text.h"
#include "routes/loader.h"

namespace vaettir::routes {
namespace {

// Where a comment begins, roughly: '#' at the start or after a space. Templates in comments are
// nobody's concern.
std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); i++) {
    if (line[i] == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) {
      return line.substr(0, i);
    }
  }
  return line;
}

// A table header alone on its line, as in [http.routers]: in YAML that would be a list at the top
// of the file.
bool is_toml_table(std::string_view line) {
  line = trim(line);
  if (!line.starts_with('[') || !line.ends_with(']')) return false;
  while (line.starts_with('[') && line.ends_with(']')) line = line.substr(1, line.size() - 2);
  return !line.empty() && std::all_of(line.begin(), line.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == '"' || c == '@';
  });
}

}  // namespace

QualifiedName split_name(std::string_view text) {
  std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return {text, ""};
  return {text.substr(0, at), text.substr(at + 1)};
}

void Loader::read_files() {
  for (const SourceFile& each : input_.files) {
    File file;
    file.source = report_.add_source(each.name, each.text);
    file.main = each.role == SourceFile::Role::kMain;
    files_.push_back(std::move(file));
  }
  std::sort(files_.begin(), files_.end(), [this](const File& a, const File& b) {
    auto key = [this](const File& file) {
      return std::pair(!file.main, report_.source_name(file.source));
    };
    return key(a) < key(b);
  });
  for (File& each : files_) read_file(each);
  for (const File& each : files_) {
    read_tls(each);
    if (!each.main) continue;
    read_resolvers(each);
    read_logs(each);
  }
}

void Loader::read_file(File& file) {
  if (refuse_other_formats(file)) {
    incomplete_ = true;
    return;
  }
  file.root = schema::parse_yaml(file.source, input_.environment, report_);
  incomplete_ = incomplete_ || report_.broken(file.source);
  if (!file.main) refuse_main_keys(file);
  schema::read(file.root, file.settings, report_,
               schema::Owner{"the file", Location{file.source, 0, 0, 1}, ""});
}

bool Loader::refuse_other_formats(const File& file) {
  std::string_view rest = report_.source_text(file.source);
  bool first = true, refused = false;
  for (std::uint32_t number = 1; !rest.empty(); number++) {
    std::size_t end = rest.find('\n');
    std::string_view line = without_comment(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trim(line).empty()) continue;
    auto at = [&](std::size_t column, std::size_t width) {
      return Location{file.source, number, static_cast<std::uint32_t>(column + 1),
                      static_cast<std::uint32_t>(width)};
    };
    if (first && is_toml_table(line)) {
      report_.error(at(line.find('['), trim(line).size()), "TOML is not supported",
                    "instead write the same keys as YAML");
      return true;
    }
    first = false;
    // providers.docker.defaultRule is a template by nature and is read by nobody yet.
    std::size_t open = line.find("{{");
    if (open == std::string_view::npos || line.contains("efaultRule")) continue;
    std::size_t close = line.find("}}", open);
    std::size_t width = close == std::string_view::npos ? 2 : close + 2 - open;
    report_.error(at(open, width), "Go templates are not supported",
                  line.contains("env ") ? "instead write ${NAME} for values of the environment"
                                        : "instead write the entries out");
    refused = true;
  }
  return refused;
}

void Loader::refuse_main_keys(File& file) {
  std::string place = "the main file (vaettir.yml)";
  if (const File* main = main_file()) place = report_.source_name(main->source);
  std::erase_if(file.root.entries, [&](const schema::Entry& each) {
    auto same = [&](std::string_view key) { return equal_ignoring_case(key, each.key); };
    if (std::none_of(std::begin(kMainKeys), std::end(kMainKeys), same)) return false;
    report_.error(each.key_at, fmt::format("'{}' has no place in a route file", each.key),
                  fmt::format("move it to {}", place));
    return true;
  });
}

const Loader::File* Loader::main_file() const {
  return !files_.empty() && files_.front().main ? &files_.front() : nullptr;
}

bool Loader::claim(std::map<std::string, Location>& names, std::string_view kind,
                   const std::string& name, Location at) {
  if (name.contains('@')) {
    report_.error(at, fmt::format("{} '{}': '@' cannot be part of a name", kind, name),
                  "name@provider is how others refer to it");
    return false;
  }
  auto [first, fresh] = names.emplace(name, at);
  if (fresh) return true;
  const Location& other = first->second;
  report_.error(
      at, fmt::format("{} '{}' is already defined", kind, name),
      fmt::format("in {}:{}:{}", report_.source_name(other.source), other.line, other.column));
  return false;
}

void Loader::read_resolvers(const File& file) {
  const schema::Entry* all = file.root.find("certificatesResolvers");
  for (const auto& each : file.settings.resolvers) {
    if (!each.value.acme || all == nullptr) continue;
    auto same = [&](const schema::Entry& entry) { return entry.key == each.name; };
    auto found = std::find_if(all->value.entries.begin(), all->value.entries.end(), same);
    if (found == all->value.entries.end()) continue;
    const schema::Entry* acme = found->value.find("acme");
    if (acme == nullptr) continue;
    data_.resolvers.push_back({each.name, acme->value, each.at});
    report_.notice(
        acme->key_at, "'acme' is not yet supported",
        "its settings are kept; certificates come from tls.certificates and the local CA");
    if (acme->value.find("keyType") == nullptr) {
      report_.notice(
          each.at,
          fmt::format("keys of '{}' will be P-256, Traefik's default is RSA4096", each.name),
          "write keyType to have it otherwise");
    }
  }
}

void Loader::read_tls(const File& file) {
  const TlsFileSettings& tls = file.settings.tls;
  for (const CertificateSettings& each : tls.certificates) {
    data_.certificates.push_back({each.cert_file.value, each.key_file.value, each.cert_file.at});
  }
  for (const std::string& each : tls.local_ca.names) data_.local_ca_names.push_back(lower(each));
  for (const auto& each : tls.options) {
    bool is_default = each.name == "default";
    bool asks_clients = each.value.find("clientAuth") != nullptr;
    report_.notice(each.at, fmt::format("TLS options '{}' are not yet supported", each.name),
                   is_default && asks_clients ? "TLS routers answer 503 until 'clientAuth' is"
                   : is_default ? "TLS 1.2 and 1.3 with the built-in settings are served"
                                : "routers that name them answer 503");
    // Without the check of client certificates these routers would let everybody in.
    if (is_default && asks_clients) {
      tls_blocked_ =
          "TLS options 'default' ask for client certificates, which is not yet supported";
    }
  }
}

void Loader::read_logs(const File& file) {
  const FileSettings& settings = file.settings;
  if (settings.log) {
    data_.log.level = settings.log->level;
    data_.log.file = settings.log->file_path;
  }
  if (!settings.access_log) return;
  data_.log.access_log = settings.access_log->enabled;
  data_.log.access_file = settings.access_log->file_path;
  const auto& format = settings.access_log->format;
  if (format && format->value != "json") {
    report_.notice(format->at, "the access log is written as JSON",
                   fmt::format("'{}' is not yet supported", format->value));
  }
}

std::optional<FileProvider> file_provider(const SourceFile& main, const Environment& environment) {
  Report report;
  Node root = schema::parse_yaml(report.add_source(main.name, main.text), environment, report);
  const schema::Entry* providers = root.find("providers");
  const schema::Entry* file = providers == nullptr ? nullptr : providers->value.find("file");
  if (file == nullptr) return std::nullopt;
  FileProviderSettings settings;
  if (!schema::read(file->value, settings, report, schema::Owner{"'file'", file->key_at, ""})) {
    return std::nullopt;
  }
  return FileProvider{settings.directory, settings.filename, settings.watch};
}

json::Value configuration_schema(const schema::Catalog& middlewares) {
  json::Value file = schema::json_schema<FileSettings>();
  json::Value http = file["properties"]["http"];
  json::Value any =
      http["properties"]["middlewares"].with("additionalProperties", middlewares.json_schema());
  http = http.with("properties", http["properties"].with("middlewares", any));
  return file.with("properties", file["properties"].with("http", http))
      .with("$schema", "https://json-schema.org/draft/2020-12/schema");
}

}  // namespace vaettir::routes
