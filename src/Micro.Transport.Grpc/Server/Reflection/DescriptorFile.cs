using Google.Protobuf;

namespace Micro.Transport.Grpc.Server.Reflection;

/// <summary>One descriptor file as it is sent, and the files it imports.</summary>
internal sealed record DescriptorFile(ByteString Bytes, IReadOnlyList<DescriptorFile> Imports)
{
    /// <summary>The file, then all that it imports, each once.</summary>
    public IEnumerable<DescriptorFile> WithImports()
    {
        var seen = new HashSet<DescriptorFile>(ReferenceEqualityComparer.Instance);
        var waiting = new Queue<DescriptorFile>([this]);
        while (waiting.TryDequeue(out var file))
        {
            if (!seen.Add(file))
            {
                continue;
            }

            yield return file;
            foreach (var import in file.Imports)
            {
                waiting.Enqueue(import);
            }
        }
    }
}
