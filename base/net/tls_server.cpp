#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "base/async/within.h"
#include "base/core/text.h"
#include "base/net/address.h"
#include "base/net/tls.h"
#include "base/net/tls_stream.h"

namespace vaettir::net {
namespace {

constexpr std::size_t kLongestName = 253;  // RFC 1035 section 2.3.4

// What one handshake knows of its ClientHello; reached from OpenSSL's callback.
struct Hello {
  enum class State { kUnread, kAsked, kAnswered };
  explicit Hello(TlsStream& of) : stream(of) {}
  TlsStream& stream;
  State state = State::kUnread;
  std::string name;
  std::shared_ptr<const Certificate> certificate;
  std::optional<Error> refusal;
};

// RFC 6066 section 3: a list with one entry of type host_name. nullopt: malformed.
std::optional<std::string> server_name_of(SSL* ssl) {
  const unsigned char* bytes = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &bytes, &size) != 1) return "";
  if (size < 5 || bytes[2] != TLSEXT_NAMETYPE_host_name) return std::nullopt;
  const std::size_t list = static_cast<std::size_t>(bytes[0]) << 8 | bytes[1];
  const std::size_t length = static_cast<std::size_t>(bytes[3]) << 8 | bytes[4];
  if (list != size - 2 || length != size - 5) return std::nullopt;
  std::string name = lower({reinterpret_cast<const char*>(bytes) + 5, length});
  if (name.ends_with('.')) name.pop_back();
  // An address is no host name (RFC 6066 section 3), but some clients send the one they were told
  // to connect to: they have named none.
  if (Address::parse_host(name)) return "";
  const bool valid = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
  if (!valid || name.empty() || name.size() > kLongestName) return std::nullopt;
  return name;
}

// Called for the first time to learn the name, again with the certificate: the question may take
// long, and is never asked from inside OpenSSL.
int on_client_hello(SSL* ssl, int* alert, void*) {
  Hello& hello = *static_cast<Hello*>(SSL_get_app_data(ssl));
  if (hello.state == Hello::State::kUnread) {
    auto name = server_name_of(ssl);
    if (!name) {
      hello.refusal.emplace(Cause::kTlsHandshake, "the server name is not a host name");
      *alert = SSL_AD_UNRECOGNIZED_NAME;
      return SSL_CLIENT_HELLO_ERROR;
    }
    hello.name = *std::move(name);
    hello.state = Hello::State::kAsked;
  }
  if (hello.state == Hello::State::kAsked) {
    hello.stream.ask_certificate();
    return SSL_CLIENT_HELLO_RETRY;
  }
  *alert = SSL_AD_UNRECOGNIZED_NAME;
  if (hello.certificate == nullptr) return SSL_CLIENT_HELLO_ERROR;
  const Certificate& certificate = *hello.certificate;
  if (SSL_use_cert_and_key(ssl, certificate.leaf(), certificate.key(), certificate.intermediates(),
                           1) == 1) {
    return SSL_CLIENT_HELLO_SUCCESS;
  }
  hello.refusal.emplace(Cause::kTlsCertificate, take_ssl_error("the certificate is unusable"));
  *alert = SSL_AD_INTERNAL_ERROR;
  return SSL_CLIENT_HELLO_ERROR;
}

// Our order decides; without a common protocol the connection would be of no use (RFC 7301).
int on_alpn(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
            const unsigned char* offered, unsigned offered_size, void* argument) {
  const std::string& ours = static_cast<TlsContext*>(argument)->alpn;
  const std::string_view theirs(reinterpret_cast<const char*>(offered), offered_size);
  for (std::size_t i = 0; i < ours.size(); i += 1 + static_cast<unsigned char>(ours[i])) {
    const std::string_view name(ours.data() + i, 1u + static_cast<unsigned char>(ours[i]));
    for (std::size_t at = 0; at < theirs.size(); at += 1 + offered[at]) {
      if (theirs.substr(at, 1u + offered[at]) != name) continue;
      *chosen = offered + at + 1;
      *chosen_size = offered[at];
      return SSL_TLSEXT_ERR_OK;
    }
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool start_mac(EVP_MAC_CTX* mac, const TicketKeys::Key& key) {
  char digest[] = "SHA256";
  auto* bytes = const_cast<unsigned char*>(key.mac.data());
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, bytes, key.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

// SSL_CTX_set_tlsext_ticket_key_evp_cb(3): 1 used, 2 used but to be replaced, 0 unknown, -1 broken.
int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
              EVP_MAC_CTX* mac, int encrypt) {
  auto* context = static_cast<TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  if (encrypt == 1) {
    const TicketKeys::Key key = context->tickets->current();
    std::memcpy(name, key.name.data(), key.name.size());
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return -1;
    if (EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(), iv) != 1) {
      return -1;
    }
    return start_mac(mac, key) ? 1 : -1;
  }
  unsigned char wanted[16];
  std::memcpy(wanted, name, sizeof wanted);
  const auto found = context->tickets->named(wanted);
  if (!found) return 0;
  const auto& [key, old] = *found;
  if (!start_mac(mac, key)) return -1;
  if (EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(), iv) != 1) {
    return -1;
  }
  return old ? 2 : 1;
}

class OpensslServer final : public TlsServer {
 public:
  OpensslServer(Loop& loop, CertificateSource& source, std::shared_ptr<TlsContext> context)
      : loop_(loop), source_(source), context_(std::move(context)) {}

  Task<Result<std::unique_ptr<Stream>>> accept(UniqueFd fd, Deadline deadline) override {
    auto stream = std::make_unique<TlsStream>(loop_, std::move(fd), Side::kClient, context_);
    Hello hello(*stream);
    SSL_set_accept_state(stream->ssl());
    SSL_set_app_data(stream->ssl(), &hello);
    while (true) {
      const TlsStream::Step step = stream->handshake();
      if (step == TlsStream::Step::kDone) break;
      if (step == TlsStream::Step::kFailed) {
        if (hello.refusal) co_return std::unexpected(*std::move(hello.refusal));
        co_return std::unexpected(stream->error());
      }
      if (step == TlsStream::Step::kWantsBytes) {
        CO_TRY_OK(co_await stream->readable(deadline));
      } else {
        co_await answer(hello, deadline);
      }
    }
    SSL_set_app_data(stream->ssl(), nullptr);
    stream->info().server_name = std::move(hello.name);
    co_return stream;
  }

 private:
  Task<void> answer(Hello& hello, Deadline deadline) {
    using Found = Result<std::shared_ptr<const Certificate>>;
    Task<Found> question = source_.find(hello.name);
    hello.state = Hello::State::kAnswered;
    if (!question.done() && !co_await Race{question.join(), sleep_until(loop_, deadline)}) {
      hello.refusal.emplace(Cause::kClientTimeout, "the certificate was not there in time");
      co_return;
    }
    Found found = question.take();
    if (found) {
      hello.certificate = *std::move(found);
      if (hello.certificate != nullptr) co_return;
      found = fail(Cause::kTlsCertificate);
    }
    const std::string whom =
        hello.name.empty() ? "a client that names no host" : fmt::format("'{}'", hello.name);
    hello.refusal.emplace(Cause::kTlsCertificate,
                          fmt::format("no certificate for {}: {}", whom, found.error().text()));
  }

  Loop& loop_;
  CertificateSource& source_;
  std::shared_ptr<TlsContext> context_;
};

}  // namespace

Result<std::unique_ptr<TlsServer>> TlsServer::create(Loop& loop, CertificateSource& source,
                                                     std::shared_ptr<TicketKeys> tickets,
                                                     TlsServerOptions options) {
  TRY(std::shared_ptr<TlsContext> context,
      TlsContext::create(TLS_server_method(), options.least, options.alpn));
  context->tickets = std::move(tickets);
  SSL_CTX* ssl = context->ssl;
  SSL_CTX_set_app_data(ssl, context.get());
  // Tickets alone: nothing is kept here for a client that may come back.
  SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
  static constexpr unsigned char kSessionContext[] = "vaettir";
  SSL_CTX_set_session_id_context(ssl, kSessionContext, sizeof kSessionContext - 1);
  SSL_CTX_set_timeout(ssl, std::chrono::seconds(TicketKeys::kTicketLife).count());
  SSL_CTX_set_tlsext_ticket_key_evp_cb(ssl, &on_ticket);
  SSL_CTX_set_client_hello_cb(ssl, &on_client_hello, nullptr);
  if (!context->alpn.empty()) SSL_CTX_set_alpn_select_cb(ssl, &on_alpn, context.get());
  return std::make_unique<OpensslServer>(loop, source, std::move(context));
}

}  // namespace vaettir::net
