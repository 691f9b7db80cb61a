import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallback;

/**
 * What MSK does with a token: it is a presigned request `kafka-cluster:Connect`, and its signature is checked with the
 * secret of the one access key that is known here. https://github.com/aws/aws-msk-iam-auth#details
 *
 * <p>System properties: iam.accessKey, iam.secretKey, iam.region, iam.sessionSeconds (a session ends then, however long the
 * token is good for). Options of the login module would have the broker ask for a token of its own.
 */
public class IamTokenValidator implements AuthenticateCallbackHandler {
  private static final DateTimeFormatter AMZ_DATE =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private String accessKey;
  private String secretKey;
  private String region;
  private long sessionMs;

  @Override
  public void configure(Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {
    accessKey = System.getProperty("iam.accessKey");
    secretKey = System.getProperty("iam.secretKey");
    region = System.getProperty("iam.region");
    sessionMs = Long.getLong("iam.sessionSeconds") * 1000;
  }

  @Override
  public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
    for (Callback callback : callbacks) {
      if (!(callback instanceof OAuthBearerValidatorCallback)) throw new UnsupportedCallbackException(callback);
      OAuthBearerValidatorCallback validation = (OAuthBearerValidatorCallback) callback;
      try {
        validation.token(validate(validation.tokenValue()));
        System.out.println("IAM token accepted");
      } catch (Exception refused) {
        System.out.println("IAM token refused: " + refused.getMessage());
        validation.error("invalid_token", null, null);
      }
    }
  }

  private OAuthBearerToken validate(String token) throws Exception {
    URI uri = URI.create(new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8));
    Map<String, String> query = new TreeMap<>();
    for (String pair : uri.getRawQuery().split("&")) {
      String[] parts = pair.split("=", 2);
      query.put(URLDecoder.decode(parts[0], StandardCharsets.UTF_8), URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    String signature = query.remove("X-Amz-Signature");
    query.remove("User-Agent"); // added after signing
    String date = query.get("X-Amz-Date");
    String scope = date.substring(0, 8) + "/" + region + "/kafka-cluster/aws4_request";
    expect("host", "kafka." + region + ".amazonaws.com", uri.getHost());
    expect("action", "kafka-cluster:Connect", query.get("Action"));
    expect("credential", accessKey + "/" + scope, query.get("X-Amz-Credential"));

    String canonicalQuery =
        query.entrySet().stream()
            .map(entry -> encode(entry.getKey()) + "=" + encode(entry.getValue()))
            .collect(Collectors.joining("&"));
    String request = "GET\n/\n" + canonicalQuery + "\nhost:" + uri.getHost() + "\n\nhost\n" + sha256("");
    String toSign = "AWS4-HMAC-SHA256\n" + date + "\n" + scope + "\n" + sha256(request);
    byte[] key = ("AWS4" + secretKey).getBytes(StandardCharsets.UTF_8);
    for (String part : scope.split("/")) key = hmac(key, part);
    expect("signature", HexFormat.of().formatHex(hmac(key, toSign)), signature);

    long signedMs = AMZ_DATE.parse(date, Instant::from).toEpochMilli();
    long expiresMs = signedMs + Long.parseLong(query.get("X-Amz-Expires")) * 1000;
    long now = System.currentTimeMillis();
    if (expiresMs <= now) throw new IllegalArgumentException("expired");
    return new Accepted(token, accessKey, signedMs, Math.min(expiresMs, now + sessionMs));
  }

  private static void expect(String what, String wanted, String found) {
    if (!wanted.equals(found)) throw new IllegalArgumentException(what + " is " + found + ", not " + wanted);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
  }

  private static String sha256(String text) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest);
  }

  private static byte[] hmac(byte[] key, String text) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {}

  private record Accepted(String value, String principalName, Long startTimeMs, long lifetimeMs)
      implements OAuthBearerToken {
    @Override
    public Set<String> scope() {
      return Set.of();
    }
  }
}
