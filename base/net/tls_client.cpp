#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/net/address.h"
#include "base/net/tls.h"
#include "base/net/tls_stream.h"

namespace vaettir::net {
namespace {

Result<> add_roots(SSL_CTX* ssl, std::string_view pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  int count = 0;
  while (X509* root = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr)) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(ssl), root);
    X509_free(root);
    ++count;
  }
  BIO_free(bio);
  const unsigned long end = ERR_peek_last_error();
  const bool complete = ERR_GET_REASON(end) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (count > 0 && complete) return {};
  return fail(Cause::kTlsCertificate, "the root certificates are not PEM");
}

// A ticket of TLS 1.3 comes after the handshake, inside a read.
int on_new_session(SSL* ssl, SSL_SESSION* session) {
  auto* stream = static_cast<TlsStream*>(SSL_get_app_data(ssl));
  stream->context()->sessions.put(stream->info().server_name, session);
  return 1;  // the reference is ours now
}

Error verification_error(X509* certificate, const std::string& server_name, int result) {
  std::string text = X509_verify_cert_error_string(result);
  if (result == X509_V_ERR_HOSTNAME_MISMATCH || result == X509_V_ERR_IP_ADDRESS_MISMATCH) {
    const auto names = names_of(certificate);
    text = fmt::format("the certificate is for {}, not for '{}'",
                       names.empty() ? "no name" : fmt::format("{}", fmt::join(names, ", ")),
                       server_name);
  }
  return Error(Cause::kTlsCertificate, std::move(text));
}

// Notes why, while the certificate in question is at hand.
int on_verified(int ok, X509_STORE_CTX* store) {
  if (ok == 1) return 1;
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* stream = static_cast<TlsStream*>(SSL_get_app_data(ssl));
  stream->explain(verification_error(X509_STORE_CTX_get_current_cert(store),
                                     stream->info().server_name, X509_STORE_CTX_get_error(store)));
  return 0;
}

class OpensslClient final : public TlsClient {
 public:
  OpensslClient(Loop& loop, std::shared_ptr<TlsContext> context, bool verify)
      : loop_(loop), context_(std::move(context)), verify_(verify) {}

  Task<Result<std::unique_ptr<Stream>>> connect(std::unique_ptr<Stream> plain,
                                                std::string server_name,
                                                Deadline deadline) override {
    const Side side = plain->side();
    auto stream = std::make_unique<TlsStream>(loop_, plain->release(), side, context_);
    plain.reset();
    stream->info().server_name = std::move(server_name);
    CO_TRY_OK(prepare(*stream));
    while (true) {
      const TlsStream::Step step = stream->handshake();
      if (step == TlsStream::Step::kDone) break;
      if (step != TlsStream::Step::kWantsBytes) co_return std::unexpected(stream->error());
      CO_TRY_OK(co_await stream->readable(deadline));
    }
    co_return stream;
  }

 private:
  Result<> prepare(TlsStream& stream) {
    SSL* ssl = stream.ssl();
    const std::string& name = stream.info().server_name;
    SSL_set_connect_state(ssl);
    SSL_set_app_data(ssl, &stream);
    X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl);
    bool checked = false;
    if (const auto address = Address::parse_host(name)) {
      checked = X509_VERIFY_PARAM_set1_ip_asc(wanted, address->host_text().c_str()) == 1;
    } else if (!name.empty()) {
      SSL_set_tlsext_host_name(ssl, name.c_str());
      X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
      checked = X509_VERIFY_PARAM_set1_host(wanted, name.data(), name.size()) == 1;
    }
    // Without a name every certificate of a known authority would do.
    if (verify_ && !checked) {
      return fail(Cause::kTlsCertificate, "there is no server name to verify the certificate by");
    }
    if (SSL_SESSION* session = context_->sessions.take(name)) {
      SSL_set_session(ssl, session);
      SSL_SESSION_free(session);
    }
    return {};
  }

  Loop& loop_;
  std::shared_ptr<TlsContext> context_;
  bool verify_;
};

}  // namespace

Result<std::unique_ptr<TlsClient>> TlsClient::create(Loop& loop, TlsClientOptions options) {
  TRY(std::shared_ptr<TlsContext> context,
      TlsContext::create(TLS_client_method(), options.least, options.alpn));
  SSL_CTX* ssl = context->ssl;
  SSL_CTX_set_verify(ssl, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                     options.verify ? &on_verified : nullptr);
  if (options.roots_pem.empty()) {
    if (options.verify && SSL_CTX_set_default_verify_paths(ssl) != 1) {
      return fail(Cause::kTlsCertificate, take_ssl_error("the system has no root certificates"));
    }
  } else {
    TRY_OK(add_roots(ssl, options.roots_pem));
  }
  if (const auto& own = options.certificate) {
    if (SSL_CTX_use_cert_and_key(ssl, own->leaf(), own->key(), own->intermediates(), 1) != 1) {
      return fail(Cause::kTlsCertificate, take_ssl_error("our certificate is unusable"));
    }
  }
  if (!context->alpn.empty()) {
    SSL_CTX_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(context->alpn.data()),
                            static_cast<unsigned>(context->alpn.size()));
  }
  SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(ssl, &on_new_session);
  return std::make_unique<OpensslClient>(loop, std::move(context), options.verify);
}

}  // namespace vaettir::net
