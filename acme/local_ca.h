// LocalCa: the certificate authority of this machine: a P-256 root made at first start, leaves for
// local names on demand. The root carries critical name constraints (RFC 5280 section 4.2.1.10), so
// that it can vouch for nothing but local names and private addresses, whatever happens to its key.
//
// Owned by app/, shared by all edge loops: certificate_for() may be called from any thread. Files:
// <data>/ca/root.pem and root.key (0600).
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/core/result.h"
#include "base/core/system.h"
#include "base/net/certificate.h"

namespace vaettir::acme {

class LocalCa {
 public:
  // Reads the root, or makes it where there is none. Errors: internal, naming the file and what is
  // wrong with it (unreadable, key and certificate do not belong together, expired). Nothing that
  // exists is ever overwritten.
  static Result<std::unique_ptr<LocalCa>> open(const std::filesystem::path& directory,
                                               WallClockSource& clock);
  ~LocalCa();
  LocalCa(const LocalCa&) = delete;
  LocalCa& operator=(const LocalCa&) = delete;

  // The leaf for a local name or address; issued when first asked for, and again when two thirds of
  // its life have passed. Errors: tls_certificate for a name the root may not vouch for.
  Result<std::shared_ptr<const net::Certificate>> certificate_for(std::string_view name);

  const std::filesystem::path& root_file() const { return root_file_; }
  const std::string& root_pem() const { return root_pem_; }
  // SHA-256 over the DER form, "AB:CD:..."; what people compare.
  std::string fingerprint() const;
  WallTime not_after() const;
  // True when open() made the root: worth a line in the start report.
  bool is_new() const { return is_new_; }

 private:
  struct Root;
  struct Leaf {
    std::shared_ptr<const net::Certificate> certificate;
    WallTime renew_at;
  };
  LocalCa(std::unique_ptr<Root> root, std::filesystem::path file, WallClockSource& clock);
  Result<Leaf> issue(std::string_view name);

  std::unique_ptr<Root> root_;
  std::filesystem::path root_file_;
  std::string root_pem_;
  WallClockSource& clock_;
  bool is_new_ = false;
  std::mutex lock_;
  std::map<std::string, Leaf, std::less<>> leaves_;
};

}  // namespace vaettir::acme
