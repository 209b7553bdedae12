// A certificate for test.localhost, api.localhost, localhost and 127.0.0.1, made for tests alone,
// and a source that shows it for these names.
#pragma once
#include <memory>
#include <string_view>

#include "base/net/certificate_source.h"

namespace vaettir::gateway::kit {

extern const std::string_view kTestCertificate;
extern const std::string_view kTestKey;

class TestCertificates final : public net::CertificateSource {
 public:
  TestCertificates();
  Task<Result<std::shared_ptr<const net::Certificate>>> find(std::string_view name) override;

 private:
  std::shared_ptr<const net::Certificate> certificate_;
};

}  // namespace vaettir::gateway::kit
