#include "base/net/tls_context.h"

#include <openssl/err.h>

#include "base/net/tls_stream.h"

namespace vaettir::net {
namespace {

// What is safe and has forward secrecy; TLS 1.3's suites all are.
constexpr const char* kCiphers12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

}  // namespace

SessionCache::~SessionCache() {
  for (auto& [name, sessions] : sessions_) {
    for (SSL_SESSION* session : sessions) SSL_SESSION_free(session);
  }
}

void SessionCache::put(const std::string& name, SSL_SESSION* session) {
  if (!sessions_.contains(name) && sessions_.size() >= kMostNames) {
    for (SSL_SESSION* old : sessions_.begin()->second) SSL_SESSION_free(old);
    sessions_.erase(sessions_.begin());
  }
  std::vector<SSL_SESSION*>& kept = sessions_[name];
  if (kept.size() >= kMostPerName) {
    SSL_SESSION_free(kept.front());
    kept.erase(kept.begin());
  }
  kept.push_back(session);
}

SSL_SESSION* SessionCache::take(const std::string& name) {
  const auto found = sessions_.find(name);
  if (found == sessions_.end()) return nullptr;
  SSL_SESSION* session = found->second.back();
  found->second.pop_back();
  if (found->second.empty()) sessions_.erase(found);
  return session;
}

Result<std::shared_ptr<TlsContext>> TlsContext::create(const SSL_METHOD* method, TlsVersion least,
                                                       const std::vector<std::string>& alpn) {
  ERR_clear_error();
  auto context = std::make_shared<TlsContext>();
  for (const std::string& name : alpn) {
    if (name.empty() || name.size() > 255) {
      return fail(Cause::kInternal, "an ALPN name has 1 to 255 bytes");
    }
    context->alpn += static_cast<char>(name.size());
    context->alpn += name;
  }
  context->ssl = SSL_CTX_new(method);
  context->bio = TlsStream::make_bio_method();
  if (context->ssl == nullptr || context->bio == nullptr) {
    return fail(Cause::kInternal, take_ssl_error("TLS is not available"));
  }
  SSL_CTX_set_min_proto_version(context->ssl,
                                least == TlsVersion::k13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(context->ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context->ssl, SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_set_cipher_list(context->ssl, kCiphers12) != 1) {
    return fail(Cause::kInternal, take_ssl_error("no TLS 1.2 cipher is available"));
  }
  context->out.reserve(Loop::kScratchBytes + 2 * kMostRecord);
  return context;
}

TlsContext::~TlsContext() {
  SSL_CTX_free(ssl);
  BIO_meth_free(bio);
}

std::string take_ssl_error(std::string_view otherwise) {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  std::string text(reason == nullptr ? otherwise : std::string_view(reason));
  ERR_clear_error();
  return text;
}

}  // namespace vaettir::net
