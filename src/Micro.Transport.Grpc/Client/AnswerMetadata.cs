using System.Buffers;
using System.Net.Http.Headers;
using Grpc.Core;

namespace Micro.Transport.Grpc.Client;

/// <summary>Reads metadata from headers and trailers of answers, without the fields of gRPC itself.</summary>
internal static class AnswerMetadata
{
    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    /// <summary>Returns the metadata in the form of gRPC; omits keys that it cannot hold.</summary>
    /// <exception cref="GrpcException">The value of a binary key is not base64.</exception>
    public static Metadata ToMetadata(HttpHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (key, values) in headers.NonValidated)
        {
            if (IsReserved(key) || key.AsSpan().ContainsAnyExcept(KeyCharacters))
            {
                continue;
            }

            foreach (var value in values)
            {
                Add(metadata, key, value);
            }
        }

        return metadata;
    }

    /// <summary>
    /// Returns the metadata in the form of calls: binary values stay base64, several values of a key are joined by commas.
    /// Omits what exceeds the limit of a call's metadata, because the call itself has succeeded.
    /// </summary>
    public static CallMetadata ToCallMetadata(HttpHeaders headers)
    {
        var metadata = new CallMetadata();
        var bytes = 0;
        foreach (var (key, values) in headers.NonValidated)
        {
            if (IsReserved(key))
            {
                continue;
            }

            var value = values.Count == 1 ? values.ToString() : string.Join(',', values);
            bytes += key.Length + value.Length + 4;
            if (bytes > HeaderRules.MaxMetadataBytes)
            {
                break;
            }

            metadata.AddReceived(key, value);
        }

        return metadata;
    }

    private static bool IsReserved(string key) => key.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase);

    private static void Add(Metadata metadata, string key, string value)
    {
        if (!Base64Text.IsBinaryKey(key))
        {
            metadata.Add(key, value);
            return;
        }

        try
        {
            // A header may hold several binary values with commas between them.
            foreach (var part in value.Split(','))
            {
                metadata.Add(key, Base64Text.Decode(part));
            }
        }
        catch (FormatException exception)
        {
            throw new GrpcException(StatusCode.Internal, $"the value of '{key}' is not base64", ErrorKind.Protocol, exception);
        }
    }
}
