// Certificate: a chain with its private key, loaded once, immutable, shared by all loops.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/core/time.h"

struct x509_st;
struct evp_pkey_st;
struct stack_st_X509;

namespace vaettir::net {

class Certificate {
 public:
  // The leaf first, then its chain, all PEM; the key PEM, unencrypted, and it must fit the leaf.
  // Errors: tls_certificate, saying what is wrong; never with parts of the key.
  static Result<std::shared_ptr<const Certificate>> from_pem(std::string_view chain_pem,
                                                             std::string_view key_pem);
  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  const std::vector<std::string>& names() const { return names_; }  // DNS names and IP addresses
  WallTime not_before() const { return not_before_; }
  WallTime not_after() const { return not_after_; }

  x509_st* leaf() const { return leaf_; }
  stack_st_X509* intermediates() const { return intermediates_; }  // what follows the leaf
  evp_pkey_st* key() const { return key_; }

 private:
  Certificate() = default;
  // Owned.
  x509_st* leaf_ = nullptr;
  stack_st_X509* intermediates_ = nullptr;
  evp_pkey_st* key_ = nullptr;
  std::vector<std::string> names_;
  WallTime not_before_;
  WallTime not_after_;
};

// DNS names and IP addresses a certificate is for.
std::vector<std::string> names_of(const x509_st* certificate);

}  // namespace vaettir::net
