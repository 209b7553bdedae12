// The local CA against OpenSSL's own verifier: what it vouches for, what it refuses, what survives
// a restart.
#include "acme/local_ca.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "acme/local_name.h"

namespace vaettir::acme {
namespace {

class FixedClock final : public WallClockSource {
 public:
  WallTime now() override { return time; }
  WallTime time = WallClock::now();
};

class LocalCaTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/vaettir-ca-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    directory_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::unique_ptr<LocalCa> opened() {
    auto ca = LocalCa::open(directory_ / "ca", clock_);
    EXPECT_TRUE(ca) << (ca ? "" : std::string(ca.error().text()));
    return ca ? *std::move(ca) : nullptr;
  }
  // Verifies a leaf for a host against the root; "ok" or OpenSSL's words.
  static std::string verify(X509* leaf, X509* root, const char* host) {
    X509_STORE* store = X509_STORE_new();
    X509_STORE_add_cert(store, root);
    X509_STORE_CTX* context = X509_STORE_CTX_new();
    X509_STORE_CTX_init(context, store, leaf, nullptr);
    X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context);
    if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host) != 1) {
      X509_VERIFY_PARAM_set1_host(parameters, host, 0);
    }
    const int good = X509_verify_cert(context);
    std::string text =
        good == 1 ? "ok" : X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return text;
  }
  static X509* parsed(const std::string& pem) {
    BIO* bytes = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    X509* certificate = PEM_read_bio_X509(bytes, nullptr, nullptr, nullptr);
    BIO_free(bytes);
    return certificate;
  }

  std::filesystem::path directory_;
  FixedClock clock_;
};

TEST_F(LocalCaTest, RootKeyIsReadableByItsOwnerOnly) {
  opened();
  struct stat facts = {};
  ASSERT_EQ(::stat((directory_ / "ca/root.key").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  ASSERT_EQ(::stat((directory_ / "ca").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0700u);
}

TEST_F(LocalCaTest, SecondStartKeepsTheRoot) {
  auto first = opened();
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->is_new());
  auto second = opened();
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->is_new());
  EXPECT_EQ(first->fingerprint(), second->fingerprint());
}

TEST_F(LocalCaTest, LeavesVerifyForLocalNamesAndLoopback) {
  auto ca = opened();
  ASSERT_TRUE(ca);
  X509* root = parsed(ca->root_pem());
  ASSERT_NE(root, nullptr);
  for (const char* name : {"vaettir.localhost", "localhost", "api.test", "a.b.internal",
                           "nas.home.arpa", "192.168.1.7", "10.1.2.3"}) {
    auto leaf = ca->certificate_for(name);
    ASSERT_TRUE(leaf) << name;
    EXPECT_EQ(verify((*leaf)->leaf(), root, name), "ok") << name;
    EXPECT_EQ(verify((*leaf)->leaf(), root, "127.0.0.1"), "ok") << name;
  }
  X509_free(root);
}

TEST_F(LocalCaTest, RefusesNamesThatBelongToOthers) {
  auto ca = opened();
  ASSERT_TRUE(ca);
  for (const char* name : {"example.org", "localhost.example.org", "evil-localhost", "8.8.8.8", "",
                           "a,DNS:example.org", "x.test\n"}) {
    EXPECT_FALSE(ca->certificate_for(name)) << name;
  }
}

// Whoever steals the key can sign anything; the constraints in the root make clients refuse it.
TEST_F(LocalCaTest, ClientsRefuseALeafForAPublicNameSignedWithTheRootKey) {
  auto ca = opened();
  ASSERT_TRUE(ca);
  const std::string directory = (directory_ / "ca").string();
  const std::string command =
      "cd " + directory +
      " && openssl ecparam -name prime256v1 -genkey -noout -out leaf.key 2>/dev/null"
      " && openssl req -new -key leaf.key -subj /CN=example.org -out leaf.csr 2>/dev/null"
      " && printf 'subjectAltName=DNS:example.org' > san"
      " && openssl x509 -req -in leaf.csr -CA root.pem -CAkey root.key -CAcreateserial -days 1"
      " -extfile san -out leaf.pem 2>/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  auto pem = read_file(directory_ / "ca/leaf.pem");
  ASSERT_TRUE(pem);
  X509* leaf = parsed(*pem);
  X509* root = parsed(ca->root_pem());
  EXPECT_EQ(verify(leaf, root, "example.org"), "permitted subtree violation");
  X509_free(leaf);
  X509_free(root);
}

TEST_F(LocalCaTest, LeafIsReusedAndRenewedAfterTwoThirdsOfItsLife) {
  auto ca = opened();
  ASSERT_TRUE(ca);
  auto first = *ca->certificate_for("vaettir.localhost");
  clock_.time += std::chrono::days(19);
  EXPECT_EQ(*ca->certificate_for("vaettir.localhost"), first);
  clock_.time += std::chrono::days(2);
  EXPECT_NE(*ca->certificate_for("vaettir.localhost"), first);
}

TEST_F(LocalCaTest, BrokenOrForeignKeyIsNamedAndNothingIsOverwritten) {
  opened();
  const auto key = directory_ / "ca/root.key";
  std::ofstream(key) << "no key";
  auto broken = LocalCa::open(directory_ / "ca", clock_);
  ASSERT_FALSE(broken);
  EXPECT_NE(broken.error().text().find("root.key"), std::string_view::npos);
  EXPECT_EQ(*read_file(key), "no key");
  ASSERT_EQ(std::system(("openssl ecparam -name prime256v1 -genkey -noout -out " + key.string() +
                         " 2>/dev/null")
                            .c_str()),
            0);
  auto foreign = LocalCa::open(directory_ / "ca", clock_);
  ASSERT_FALSE(foreign);
  EXPECT_NE(foreign.error().text().find("does not belong"), std::string_view::npos);
}

TEST(LocalName, KnowsWhatIsLocal) {
  for (const char* name : {"localhost", "a.localhost", "x.test", "test", "db.internal",
                           "h.home.arpa", "127.0.0.1", "10.0.0.1", "172.16.0.1", "fd00::1"}) {
    EXPECT_TRUE(is_local_name(name)) << name;
  }
  for (const char* name : {"example.org", "mytest", "arpa", "home.arpa.example.org", "172.32.0.1",
                           "9.9.9.9", "", "internal.example.org"}) {
    EXPECT_FALSE(is_local_name(name)) << name;
  }
}

}  // namespace
}  // namespace vaettir::acme
