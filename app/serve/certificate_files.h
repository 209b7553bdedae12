// tls.certificates of the configuration -> acme::Certificates, at every reload. A file that cannot
// be used keeps what it gave before, and the log says so. Called on the loop that publishes tables,
// never on two threads at once.
#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "acme/certificates.h"
#include "base/observe/log.h"
#include "routes/table.h"

namespace vaettir::app {

class CertificateFiles {
 public:
  // `folder`: that of the main file, where relative paths begin; else the working directory.
  CertificateFiles(acme::Certificates& certificates, std::filesystem::path folder,
                   observe::Log& log)
      : certificates_(certificates), folder_(std::move(folder)), log_(log) {}

  // Reads the files of the table and publishes them with its names.
  void take(const routes::RouteTable& table);

 private:
  Result<std::shared_ptr<const net::Certificate>> load(const routes::CertificateFile& file) const;

  acme::Certificates& certificates_;
  std::filesystem::path folder_;
  observe::Log& log_;
  std::map<std::string, std::shared_ptr<const net::Certificate>> last_good_;  // by cert_file
};

}  // namespace vaettir::app
