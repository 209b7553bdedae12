#include "app/serve/certificate_files.h"

#include <system_error>

namespace vaettir::app {
namespace {

constexpr std::string_view kPemStart = "-----BEGIN ";

bool is_inline(std::string_view text) { return text.find(kPemStart) != std::string_view::npos; }

// A path, or the PEM text itself, as Traefik takes both.
Result<std::string> pem_of(const std::string& path_or_text, const std::filesystem::path& folder) {
  if (is_inline(path_or_text)) return path_or_text;
  std::error_code ignored;
  const std::filesystem::path beside = folder / path_or_text;
  return read_file(std::filesystem::exists(beside, ignored) ? beside
                                                            : std::filesystem::path(path_or_text));
}

std::string shown(const routes::CertificateFile& file) {
  return is_inline(file.cert_file) ? "certificate in the configuration" : file.cert_file;
}

}  // namespace

Result<std::shared_ptr<const net::Certificate>> CertificateFiles::load(
    const routes::CertificateFile& file) const {
  TRY(std::string chain, pem_of(file.cert_file, folder_));
  TRY(std::string key, pem_of(file.key_file, folder_));
  return net::Certificate::from_pem(chain, key);
}

void CertificateFiles::take(const routes::RouteTable& table) {
  std::vector<acme::LoadedFile> files;
  for (const routes::CertificateFile& file : table.data().certificates) {
    auto loaded = load(file);
    if (loaded) {
      last_good_[file.cert_file] = *loaded;
    } else {
      log_.error("certificate cannot be used", loaded.error(), {{"file", shown(file)}});
    }
    const auto known = last_good_.find(file.cert_file);
    if (known != last_good_.end()) files.push_back({shown(file), known->second});
  }
  std::vector<std::string> names;
  for (const routes::TlsName& each : table.tls_names()) names.push_back(each.name);
  for (const std::string& name : table.data().local_ca_names) names.push_back(name);
  certificates_.publish(std::move(files), std::move(names));
}

}  // namespace vaettir::app
