#include "tests/unit/base/net/net_kit.h"

#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include "base/async/sleep.h"
#include "base/net/address.h"

namespace vaettir::net::kit {

using namespace std::chrono_literals;

bool turn_until(Loop& loop, const std::function<bool()>& condition) {
  const Deadline limit = Clock::now() + 30s;
  while (!condition()) {
    if (Clock::now() > limit) return false;
    loop.turn(50ms);
  }
  return true;
}

Pair tcp_pair(int buffer) {
  const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto shrink = [buffer](int fd) {
    if (buffer == 0) return;
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  };
  shrink(listener.value());
  const SocketAddress any = Address::loopback(0).socket_address();
  CHECK(::bind(listener.value(), any.data(), any.size) == 0);
  CHECK(::listen(listener.value(), 1) == 0);
  const SocketAddress target = Address::local_of(listener.value()).socket_address();
  Pair pair;
  pair.near.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  shrink(pair.near.value());
  CHECK(::connect(pair.near.value(), target.data(), target.size) == 0);
  pair.far.reset(::accept4(listener.value(), nullptr, nullptr, SOCK_CLOEXEC));
  CHECK(pair.far.value() >= 0);
  return pair;
}

Pair unix_pair() {
  int fds[2];
  CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

void put(int fd, std::string_view bytes) {
  CHECK(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
}

std::string take(int fd, std::size_t size) {
  std::string result(size, '\0');
  std::size_t got = 0;
  while (got < size) {
    const ssize_t count = ::recv(fd, result.data() + got, size - got, 0);
    if (count <= 0) break;
    got += static_cast<std::size_t>(count);
  }
  result.resize(got);
  return result;
}

void reset_connection(UniqueFd fd) {
  const linger hard = {.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd.value(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

Task<Result<std::string>> read_some(Stream& stream, Deadline deadline) {
  CO_TRY(const std::size_t count, co_await stream.read(stream.loop().scratch(), deadline));
  co_return std::string(stream.loop().scratch().data(), count);
}

Task<Result<std::string>> read_exactly(Stream& stream, std::size_t size, Deadline deadline) {
  std::string result;
  while (result.size() < size) {
    CO_TRY(const std::string part, co_await read_some(stream, deadline));
    if (part.empty()) break;
    result += part;
  }
  co_return result;
}

Task<Result<>> write_all(Stream& stream, std::string bytes, Deadline deadline) {
  co_return co_await stream.write(bytes, deadline);
}

std::string pattern(std::size_t size) {
  std::string result(size, '\0');
  std::uint64_t state = 88172645463325252u;
  for (char& c : result) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    c = static_cast<char>(state);
  }
  return result;
}

namespace {
std::string text_of(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  std::string text(bytes, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}
}  // namespace

Made make_certificate(const std::vector<std::string>& names, long days) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  static long serial = 1;
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), days < 0 ? days * 86400 * 2 : -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), days * 86400);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  std::string list;
  for (const std::string& name : names) {
    list +=
        (list.empty() ? "" : ",") + std::string(Address::parse_host(name) ? "IP:" : "DNS:") + name;
  }
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, list.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  CHECK(X509_sign(certificate, key, EVP_sha256()) > 0);
  Made made;
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  made.certificate_pem = text_of(bio);
  bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  made.key_pem = text_of(bio);
  X509_free(certificate);
  EVP_PKEY_free(key);
  auto loaded = Certificate::from_pem(made.certificate_pem, made.key_pem);
  CHECK(loaded.has_value());
  made.certificate = *loaded;
  return made;
}

Task<Result<std::shared_ptr<const Certificate>>> FixedSource::find(std::string_view name) {
  asked.emplace_back(name);
  if (slow_on != nullptr) return find_later(name);
  const auto found = certificates.find(name);
  if (found != certificates.end()) return Result<std::shared_ptr<const Certificate>>(found->second);
  return Result<std::shared_ptr<const Certificate>>(
      fail(Cause::kTlsCertificate, "nobody made one; make one"));
}

Task<Result<std::shared_ptr<const Certificate>>> FixedSource::find_later(std::string_view name) {
  co_await sleep(*slow_on, 10ms);
  const auto found = certificates.find(name);
  if (found == certificates.end()) co_return fail(Cause::kTlsCertificate, "not even later");
  co_return found->second;
}

}  // namespace vaettir::net::kit
