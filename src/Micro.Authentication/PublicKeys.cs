using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Micro.Authentication;

/// <summary>Reads public keys: PEM, or base64 of PEM as in go-micro.</summary>
internal static class PublicKeys
{
    private const int LeastRsaBits = 2048;
    private const int MaxLength = 16 * 1024;

    /// <param name="text">The key.</param>
    /// <param name="key">The key, ready to verify signatures.</param>
    /// <param name="problem">The problem, which continues a sentence that begins with the name of the text. It never contains the text.</param>
    public static bool TryRead(string text, [NotNullWhen(true)] out SecurityKey? key, [NotNullWhen(false)] out string? problem)
    {
        key = null;
        problem = "is not PEM, or base64 of PEM: go-micro's form is the output of 'base64 -w0 public.pem'";
        if (text.Length > MaxLength || Decode(text.Trim()) is not { } pem || !PemEncoding.TryFind(pem, out var fields))
        {
            return false;
        }

        var label = pem.AsSpan(fields.Label);
        if (label.Contains("PRIVATE", StringComparison.Ordinal))
        {
            problem = "is a private key: set the public key, and keep the private key where tokens are issued";
            return false;
        }

        key = Import<RsaSecurityKey>(pem) ?? Import<ECDsaSecurityKey>(pem);
        if (key is RsaSecurityKey { KeySize: < LeastRsaBits })
        {
            problem = $"is an RSA key with fewer than {LeastRsaBits} bits";
            key = null;
        }

        if (key is null)
        {
            return false;
        }

        problem = null;
        return true;
    }

    /// <summary>Returns the RSA private key in a text; <see langword="null"/> when it has none or a short one.</summary>
    public static RSA? ReadPrivate(string text)
    {
        if (Decode(text.Trim()) is not { } pem)
        {
            return null;
        }

        var key = RSA.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.KeySize >= LeastRsaBits && pem.Contains("PRIVATE", StringComparison.Ordinal))
            {
                return key;
            }
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            // The caller's message names the text but never shows it.
        }

        key.Dispose();
        return null;
    }

    private static string? Decode(string text)
    {
        if (text.StartsWith("-----", StringComparison.Ordinal))
        {
            return text;
        }

        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? Encoding.ASCII.GetString(bytes, 0, length) : null;
    }

    private static SecurityKey? Import<TKey>(string pem)
        where TKey : SecurityKey
    {
        AsymmetricAlgorithm algorithm = typeof(TKey) == typeof(RsaSecurityKey) ? RSA.Create() : ECDsa.Create();
        try
        {
            algorithm.ImportFromPem(pem);
            return algorithm is RSA rsa ? new RsaSecurityKey(rsa) : new ECDsaSecurityKey((ECDsa)algorithm);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            algorithm.Dispose();
            return null;
        }
    }
}
