// Which certificate a handshake gets, from files and from the local CA.
#include "acme/certificates.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <filesystem>

namespace vaettir::acme {
namespace {

class CertificatesTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/vaettir-certificates-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    directory_ = name;
    ca_ = *LocalCa::open(directory_ / "ca", real_wall_clock());
    certificates_ = std::make_unique<Certificates>(*ca_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  LoadedFile file_for(const std::string& alternative_names) {
    const std::string base = (directory_ / std::to_string(files_++)).string();
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout " +
        base + ".key -out " + base +
        ".pem -days 2 -subj /CN=test -addext subjectAltName=" + alternative_names + " 2>/dev/null";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return {base + ".pem",
            *net::Certificate::from_pem(*read_file(base + ".pem"), *read_file(base + ".key"))};
  }
  auto found(std::string_view name) { return certificates_->find(name).take(); }

  std::filesystem::path directory_;
  std::unique_ptr<LocalCa> ca_;
  std::unique_ptr<Certificates> certificates_;
  int files_ = 0;
};

TEST_F(CertificatesTest, RoutedLocalNamesGetALeafAndOthersAreRefused) {
  certificates_->publish({}, {"vaettir.localhost", "*.dev.test"});
  EXPECT_TRUE(found("vaettir.localhost"));
  EXPECT_TRUE(found("a.dev.test"));
  auto refused = found("other.localhost");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text().find("Host(`other.localhost`)"), std::string_view::npos);
  EXPECT_FALSE(found("a.b.dev.test"));
}

TEST_F(CertificatesTest, PublicNameWithoutFileIsRefusedWithTheRemedy) {
  certificates_->publish({}, {"app.example.org"});
  auto refused = found("app.example.org");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause(), Cause::kTlsCertificate);
  EXPECT_NE(refused.error().text().find("tls.certificates"), std::string_view::npos);
  EXPECT_EQ(certificates_->uncovered(), std::vector<std::string>{"app.example.org"});
}

TEST_F(CertificatesTest, FilesWinExactNamesFirst) {
  auto wild = file_for("DNS:*.example.org");
  auto exact = file_for("DNS:app.example.org");
  certificates_->publish({wild, exact}, {"app.example.org"});
  EXPECT_EQ(*found("app.example.org"), exact.certificate);
  EXPECT_EQ(*found("www.example.org"), wild.certificate);
  EXPECT_TRUE(certificates_->uncovered().empty());
}

TEST_F(CertificatesTest, WithoutServerNameTheFirstLocalNameIsServed) {
  auto file = file_for("DNS:app.example.org");
  certificates_->publish({file}, {"app.example.org", "b.localhost", "a.localhost"});
  const auto leaf = *found("");
  EXPECT_EQ(leaf, *found("b.localhost"));
  certificates_->publish({file}, {"app.example.org"});
  EXPECT_EQ(*found(""), file.certificate);
  certificates_->publish({}, {"app.example.org"});
  EXPECT_FALSE(found(""));
}

TEST(Covers, StarsStandForLabels) {
  EXPECT_TRUE(covers("a.test", "a.test"));
  EXPECT_TRUE(covers("*.a.test", "x.a.test"));
  EXPECT_FALSE(covers("*.a.test", "a.test"));
  EXPECT_FALSE(covers("*.a.test", "x.y.a.test"));
  EXPECT_TRUE(covers("**.a.test", "x.y.a.test"));
  EXPECT_FALSE(covers("**.a.test", "xa.test"));
}

}  // namespace
}  // namespace vaettir::acme
