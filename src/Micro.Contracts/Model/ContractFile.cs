namespace Micro.Contracts.Model;

/// <summary>What a <c>.proto</c> file declares, in the names of C#.</summary>
/// <param name="Name">The file as protoc calls it.</param>
/// <param name="Namespace">Its C# namespace; empty for none.</param>
/// <param name="Reflection">Full name of the class that protoc generates for its descriptor.</param>
/// <param name="Services">Its services in order.</param>
internal sealed record ContractFile(string Name, string Namespace, string Reflection, IReadOnlyList<Service> Services);
