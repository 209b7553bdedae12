#include "tests/unit/gateway/kit/certificates.h"

namespace vaettir::gateway::kit {

const std::string_view kTestCertificate = R"(
-----BEGIN CERTIFICATE-----
MIIBxzCCAWygAwIBAgIUF6TM6JLGJgVZqX5eQTxRWM268NwwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOdGVzdC5sb2NhbGhvc3QwIBcNMjYxMTI1MDQ1MDI1WhgPMjEy
NjExMDEwNDUwMjVaMBkxFzAVBgNVBAMMDnRlc3QubG9jYWxob3N0MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEbJ4sx+TfXxESEeCWhMSD+l5JZc2Kh7Stq/MpHSL8
hYwVrBYlz3VHBg1OrRE7iseZqt+fMitiurMJ3NPXvTqKrqOBjzCBjDAdBgNVHQ4E
FgQUl+CN2wnPqejI7nPeE1DaoWyqVEcwHwYDVR0jBBgwFoAUl+CN2wnPqejI7nPe
E1DaoWyqVEcwDwYDVR0TAQH/BAUwAwEB/zA5BgNVHREEMjAwgg50ZXN0LmxvY2Fs
aG9zdIINYXBpLmxvY2FsaG9zdIIJbG9jYWxob3N0hwR/AAABMAoGCCqGSM49BAMC
A0kAMEYCIQDJQfcxsMPVvwYqG3lT3N3fJDVC3wGzvLAfRvQH2r0c4wIhAO+Q71ag
L2uakdDMXb7vvn+m69HdWEX9olpmqkVZFFPH
-----END CERTIFICATE-----
)";

const std::string_view kTestKey = R"(
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvEVkm/QgYGR70V4Y
JvSmJ/sUzkJYkhToAZicgi1ZmGahRANCAARsnizH5N9fERIR4JaExIP6XkllzYqH
tK2r8ykdIvyFjBWsFiXPdUcGDU6tETuKx5mq358yK2K6swnc09e9Ooqu
-----END PRIVATE KEY-----
)";

TestCertificates::TestCertificates()
    : certificate_(net::Certificate::from_pem(kTestCertificate, kTestKey).value()) {}

Task<Result<std::shared_ptr<const net::Certificate>>> TestCertificates::find(
    std::string_view name) {
  using Found = Result<std::shared_ptr<const net::Certificate>>;
  const bool known = name.empty() || name == "test.localhost" || name == "api.localhost";
  if (known) return Found(certificate_);
  return Found(fail(Cause::kTlsCertificate, "no certificate for " + std::string(name)));
}

}  // namespace vaettir::gateway::kit
