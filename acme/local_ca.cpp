#include "acme/local_ca.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <system_error>

#include "acme/local_name.h"
#include "base/core/text.h"
#include "base/net/address.h"

namespace vaettir::acme {
namespace {

template <auto Free>
struct Freed {
  void operator()(auto* object) const { Free(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using X509Ptr = std::unique_ptr<X509, Freed<X509_free>>;
using BioPtr = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, Freed<BN_free>>;

using Days = std::chrono::days;
// The root goes into trust stores by hand, which nobody wants to do often.
constexpr Days kRootLife{3650};
// Apple's platforms refuse leaves that live longer than 825 days; short ones show that renewal
// works.
constexpr Days kLeafLife{30};
// Clocks of other machines and containers run behind.
constexpr std::chrono::hours kBackdated{1};
// More names than this in memory are somebody guessing names under a wildcard route: all go, and
// those in use are issued again.
constexpr std::size_t kMaxLeaves = 1024;
constexpr int kSerialBits =
    127;  // CA/Browser Forum asks for 64 random bits; positive and within 20 bytes

// Everything the root may vouch for (RFC 5280 section 4.2.1.10); a name includes what is below it.
constexpr const char* kConstraints =
    "critical,permitted;DNS:localhost,permitted;DNS:test,permitted;DNS:internal,"
    "permitted;DNS:home.arpa,permitted;IP:127.0.0.0/255.0.0.0,permitted;IP:10.0.0.0/255.0.0.0,"
    "permitted;IP:172.16.0.0/255.240.0.0,permitted;IP:192.168.0.0/255.255.0.0,"
    "permitted;IP:169.254.0.0/255.255.0.0,"
    "permitted;IP:0:0:0:0:0:0:0:1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,"
    "permitted;IP:fc00:0:0:0:0:0:0:0/fe00:0:0:0:0:0:0:0";

std::string openssl_reason() {
  char text[256];
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  ERR_clear_error();
  return text;
}

bool add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_serial(X509* certificate) {
  NumberPtr number(BN_new());
  return number && BN_rand(number.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_life(X509* certificate, WallTime from, Days life) {
  const std::time_t start = WallClock::to_time_t(from - kBackdated);
  const std::time_t end = WallClock::to_time_t(from + life);
  return ASN1_TIME_set(X509_getm_notBefore(certificate), start) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), end) != nullptr;
}

bool set_common_name(X509_NAME* name, std::string_view text) {
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()), -1, 0) == 1;
}

std::string pem_of(X509* certificate) {
  BioPtr out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

std::string pem_of(EVP_PKEY* key) {
  BioPtr out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

// Extensions that roots have and leaves have not, and the other way round.
bool extend_root(X509* root) {
  return add_extension(root, root, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
         add_extension(root, root, NID_key_usage, "critical,keyCertSign,cRLSign") &&
         add_extension(root, root, NID_subject_key_identifier, "hash") &&
         add_extension(root, root, NID_name_constraints, kConstraints);
}

bool extend_leaf(X509* leaf, X509* root, const std::string& alternative_names) {
  return add_extension(leaf, root, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(leaf, root, NID_key_usage, "critical,digitalSignature") &&
         add_extension(leaf, root, NID_ext_key_usage, "serverAuth") &&
         add_extension(leaf, root, NID_subject_key_identifier, "hash") &&
         add_extension(leaf, root, NID_authority_key_identifier, "keyid:always") &&
         add_extension(leaf, root, NID_subject_alt_name, alternative_names.c_str());
}

}  // namespace

struct LocalCa::Root {
  X509Ptr certificate;
  Key key;
};

namespace {

Result<> make_root(const std::filesystem::path& key_file, const std::filesystem::path& root_file,
                   WallTime now) {
  Key key(EVP_EC_gen("P-256"));
  X509Ptr root(X509_new());
  if (!key || !root) return fail(Cause::kInternal, "cannot make a key: " + openssl_reason());
  X509_NAME* name = X509_get_subject_name(root.get());
  // The date tells several roots apart in a trust store.
  const std::string common_name = "Vaettir local CA " + iso_text(now).substr(0, 10);
  const bool made = X509_set_version(root.get(), X509_VERSION_3) == 1 && set_serial(root.get()) &&
                    set_life(root.get(), now, kRootLife) && set_common_name(name, common_name) &&
                    X509_set_issuer_name(root.get(), name) == 1 &&
                    X509_set_pubkey(root.get(), key.get()) == 1 && extend_root(root.get()) &&
                    X509_sign(root.get(), key.get(), EVP_sha256()) > 0;
  if (!made) return fail(Cause::kInternal, "cannot make the local CA: " + openssl_reason());
  // The certificate last: it is what says that the pair is complete.
  TRY_OK(write_file_atomically(key_file, pem_of(key.get()), 0600));
  return write_file_atomically(root_file, pem_of(root.get()), 0644);
}

}  // namespace

LocalCa::LocalCa(std::unique_ptr<Root> root, std::filesystem::path file, WallClockSource& clock)
    : root_(std::move(root)),
      root_file_(std::move(file)),
      root_pem_(pem_of(root_->certificate.get())),
      clock_(clock) {}

LocalCa::~LocalCa() = default;

Result<std::unique_ptr<LocalCa>> LocalCa::open(const std::filesystem::path& directory,
                                               WallClockSource& clock) {
  const std::filesystem::path key_file = directory / "root.key";
  const std::filesystem::path root_file = directory / "root.pem";
  std::error_code problem;
  std::filesystem::create_directories(directory, problem);
  ::chmod(directory.c_str(), 0700);
  const bool is_new = !std::filesystem::exists(root_file, problem);
  if (is_new) TRY_OK(make_root(key_file, root_file, clock.now()));

  TRY(std::string root_pem, read_file(root_file));
  TRY(std::string key_pem, read_file(key_file));
  BioPtr root_bytes(BIO_new_mem_buf(root_pem.data(), static_cast<int>(root_pem.size())));
  BioPtr key_bytes(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())));
  auto root = std::make_unique<Root>();
  root->certificate.reset(PEM_read_bio_X509(root_bytes.get(), nullptr, nullptr, nullptr));
  root->key.reset(PEM_read_bio_PrivateKey(key_bytes.get(), nullptr, nullptr, nullptr));
  if (!root->certificate || !root->key) {
    ERR_clear_error();
    const auto& broken = root->certificate ? key_file : root_file;
    return fail(Cause::kInternal,
                broken.string() +
                    " is not a PEM file of the local CA: restore it, or move the folder " +
                    directory.string() + " away for a new CA");
  }
  if (X509_check_private_key(root->certificate.get(), root->key.get()) != 1) {
    ERR_clear_error();
    return fail(Cause::kInternal, key_file.string() + " does not belong to " + root_file.string() +
                                      ": restore both, or move the folder away for a new CA");
  }
  std::time_t now = WallClock::to_time_t(clock.now());
  if (X509_cmp_time(X509_get0_notAfter(root->certificate.get()), &now) < 0) {
    return fail(Cause::kInternal, root_file.string() + " has expired: move the folder " +
                                      directory.string() +
                                      " away for a new CA, and trust that one");
  }
  std::unique_ptr<LocalCa> ca(new LocalCa(std::move(root), root_file, clock));
  ca->is_new_ = is_new;
  return ca;
}

WallTime LocalCa::not_after() const {
  std::tm parts = {};
  ASN1_TIME_to_tm(X509_get0_notAfter(root_->certificate.get()), &parts);
  return WallClock::from_time_t(::timegm(&parts));
}

std::string LocalCa::fingerprint() const {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  X509_digest(root_->certificate.get(), EVP_sha256(), digest, &size);
  std::string text;
  for (unsigned int i = 0; i < size; i++) {
    text += fmt::format("{}{:02X}", i == 0 ? "" : ":", digest[i]);
  }
  return text;
}

Result<LocalCa::Leaf> LocalCa::issue(std::string_view name) {
  Key key(EVP_EC_gen("P-256"));
  X509Ptr leaf(X509_new());
  if (!key || !leaf) return fail(Cause::kInternal, "cannot make a key: " + openssl_reason());
  const WallTime now = clock_.now();
  // Loopback addresses stand in every leaf, so that a client that connects by address (and so sends
  // no SNI) is served too.
  std::string alternative_names = "IP:127.0.0.1,IP:::1";
  const bool is_address = net::Address::parse_host(name).has_value();
  if (name != "127.0.0.1" && name != "::1") {
    alternative_names += (is_address ? ",IP:" : ",DNS:") + std::string(name);
  }
  X509* root = root_->certificate.get();
  const bool made = X509_set_version(leaf.get(), X509_VERSION_3) == 1 && set_serial(leaf.get()) &&
                    set_life(leaf.get(), now, kLeafLife) &&
                    X509_set_issuer_name(leaf.get(), X509_get_subject_name(root)) == 1 &&
                    X509_set_pubkey(leaf.get(), key.get()) == 1 &&
                    extend_leaf(leaf.get(), root, alternative_names) &&
                    X509_sign(leaf.get(), root_->key.get(), EVP_sha256()) > 0;
  if (!made) {
    return fail(Cause::kTlsCertificate, fmt::format("cannot issue a local certificate for '{}': {}",
                                                    name, openssl_reason()));
  }
  TRY(std::shared_ptr<const net::Certificate> certificate,
      net::Certificate::from_pem(pem_of(leaf.get()) + root_pem_, pem_of(key.get())));
  return Leaf{std::move(certificate), now + kLeafLife * 2 / 3};
}

Result<std::shared_ptr<const net::Certificate>> LocalCa::certificate_for(std::string_view name) {
  // Only characters of host names and addresses: the name becomes part of an extension's text.
  const bool plain =
      !name.empty() &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-_:") == std::string_view::npos;
  if (!plain || !is_local_name(name)) {
    return fail(Cause::kTlsCertificate, fmt::format("the local CA may not vouch for '{}'", name));
  }
  std::lock_guard guard(lock_);
  auto found = leaves_.find(name);
  if (found != leaves_.end() && clock_.now() < found->second.renew_at) {
    return found->second.certificate;
  }
  TRY(Leaf leaf, issue(name));
  if (found == leaves_.end() && leaves_.size() >= kMaxLeaves) leaves_.clear();
  auto certificate = leaf.certificate;
  leaves_.insert_or_assign(std::string(name), std::move(leaf));
  return certificate;
}

}  // namespace vaettir::acme
