#include "base/net/certificate.h"

#include <gtest/gtest.h>

#include "tests/unit/base/net/net_kit.h"

namespace vaettir::net {
namespace {

TEST(Certificate, RefusesWhatDoesNotFit) {
  const kit::Made a = kit::make_certificate({"a.test"});
  const kit::Made b = kit::make_certificate({"b.test"});
  EXPECT_EQ(a.certificate->names(), std::vector<std::string>{"a.test"});
  EXPECT_GT(a.certificate->not_after(), WallClock::now());
  EXPECT_FALSE(Certificate::from_pem(a.certificate_pem, b.key_pem));
  EXPECT_FALSE(Certificate::from_pem("", a.key_pem));
  EXPECT_FALSE(Certificate::from_pem(a.certificate_pem, ""));
  EXPECT_FALSE(Certificate::from_pem(
      a.certificate_pem + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      a.key_pem));
  EXPECT_TRUE(Certificate::from_pem(a.certificate_pem + b.certificate_pem, a.key_pem));
}

}  // namespace
}  // namespace vaettir::net
