using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Micro.Contracts.Model;
using Micro.Contracts.Writing;

namespace Micro.Contracts;

/// <summary>One <c>.proto</c> file on its way to C#.</summary>
/// <param name="DescriptorSet">What protoc made of it: the file itself last, what it imports before.</param>
/// <param name="Proto">The file, for problems.</param>
/// <param name="Output">The C# file.</param>
/// <param name="IsInternal">Whether the types are internal.</param>
/// <param name="Services">What is made: a value of <see cref="ServiceParts"/>.</param>
internal sealed record Compilation(string DescriptorSet, string Proto, string Output, bool IsInternal, string Services)
{
    /// <exception cref="FormatException">The line has not five parts.</exception>
    public static Compilation Parse(string line) => line.Split('|') is [var set, var proto, var output, var access, var services]
        ? new Compilation(set, proto, output, access.Equals("Internal", StringComparison.OrdinalIgnoreCase), services)
        : throw new FormatException($"'{line}' must be descriptor set|proto file|output|access|services");

    /// <summary>Writes the output, or nothing and tells the problems.</summary>
    public async Task<IReadOnlyList<Problem>> RunAsync()
    {
        if (!Enum.TryParse<ServiceParts>(Services, ignoreCase: true, out var parts) || !Enum.IsDefined(parts))
        {
            return [new Problem(Proto, 1, 1, "MICRO1004", $"MicroServices is '{Services}', it must be Both, Server, Client or None")];
        }

        FileDescriptorSet set;
        try
        {
            set = FileDescriptorSet.Parser.ParseFrom(await File.ReadAllBytesAsync(DescriptorSet));
        }
        catch (Exception exception) when (exception is IOException or InvalidProtocolBufferException)
        {
            return [new Problem(Proto, 1, 1, "MICRO1000", $"its descriptor set {DescriptorSet} cannot be read ({exception.Message}): delete it and build again")];
        }

        var problems = new List<Problem>();
        var file = ContractReader.Read(set, Proto, problems);
        if (problems.Count == 0)
        {
            await File.WriteAllTextAsync(Output, FileWriter.Write(file, IsInternal, parts), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }

        return problems;
    }
}
