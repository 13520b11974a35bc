using Google.Protobuf;

namespace Micro.Transport.Grpc.Server.Reflection;

/// <summary>One encoded descriptor file, and the files it imports.</summary>
internal sealed record DescriptorFile(ByteString Bytes, IReadOnlyList<DescriptorFile> Imports)
{
    /// <summary>Returns the file, then all its imports, each once.</summary>
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
