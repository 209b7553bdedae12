#include "base/net/certificate.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>

namespace vaettir::net {
namespace {

template <auto free>
struct Free {
  template <class T>
  void operator()(T* value) const {
    free(value);
  }
};
using BioPtr = std::unique_ptr<BIO, Free<BIO_free>>;

BioPtr memory_of(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// A key with a password would make OpenSSL ask for it on the terminal.
int no_password(char*, int, int, void*) { return -1; }

WallTime time_of(const ASN1_TIME* time) {
  std::tm parts = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return WallClock::from_time_t(::timegm(&parts));
}

std::unexpected<Error> unusable(std::string_view what) {
  std::string text(what);
  if (const unsigned long code = ERR_peek_last_error(); code != 0) {
    if (const char* reason = ERR_reason_error_string(code)) text += fmt::format(" ({})", reason);
  }
  ERR_clear_error();
  return fail(Cause::kTlsCertificate, std::move(text));
}

}  // namespace

std::vector<std::string> names_of(const x509_st* certificate) {
  std::vector<std::string> names;
  auto* list = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(list, i);
    if (name->type == GEN_DNS) {
      const ASN1_STRING* text = name->d.dNSName;
      names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                         static_cast<std::size_t>(ASN1_STRING_length(text)));
    } else if (name->type == GEN_IPADD) {
      const ASN1_STRING* bytes = name->d.iPAddress;
      const int family = ASN1_STRING_length(bytes) == 4 ? AF_INET : AF_INET6;
      char text[INET6_ADDRSTRLEN];
      if (family == AF_INET6 && ASN1_STRING_length(bytes) != 16) continue;
      if (inet_ntop(family, ASN1_STRING_get0_data(bytes), text, sizeof text)) names.push_back(text);
    }
  }
  GENERAL_NAMES_free(list);
  return names;
}

Result<std::shared_ptr<const Certificate>> Certificate::from_pem(std::string_view chain_pem,
                                                                 std::string_view key_pem) {
  ERR_clear_error();
  const std::shared_ptr<Certificate> result(new Certificate());
  const BioPtr chain = memory_of(chain_pem);
  result->leaf_ = PEM_read_bio_X509_AUX(chain.get(), nullptr, &no_password, nullptr);
  if (result->leaf_ == nullptr) return unusable("the certificate is not PEM");
  result->intermediates_ = sk_X509_new_null();
  while (X509* next = PEM_read_bio_X509(chain.get(), nullptr, &no_password, nullptr)) {
    sk_X509_push(result->intermediates_, next);
  }
  if (const unsigned long end = ERR_peek_last_error();
      ERR_GET_LIB(end) != ERR_LIB_PEM || ERR_GET_REASON(end) != PEM_R_NO_START_LINE) {
    return unusable("a certificate of the chain cannot be read");
  }
  ERR_clear_error();
  const BioPtr key = memory_of(key_pem);
  result->key_ = PEM_read_bio_PrivateKey(key.get(), nullptr, &no_password, nullptr);
  if (result->key_ == nullptr) return unusable("the private key is not PEM or has a password");
  if (X509_check_private_key(result->leaf_, result->key_) != 1) {
    return unusable("the private key does not belong to the certificate");
  }
  result->names_ = names_of(result->leaf_);
  result->not_before_ = time_of(X509_get0_notBefore(result->leaf_));
  result->not_after_ = time_of(X509_get0_notAfter(result->leaf_));
  return result;
}

Certificate::~Certificate() {
  X509_free(leaf_);
  sk_X509_pop_free(intermediates_, X509_free);
  EVP_PKEY_free(key_);
}

}  // namespace vaettir::net
