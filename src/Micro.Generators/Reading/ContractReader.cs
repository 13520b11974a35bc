using System.Collections.Immutable;
using Micro.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Micro.Generators.Reading;

/// <summary>Reads an interface with <c>[MicroContract]</c>: its meaning, or its problems.</summary>
internal static class ContractReader
{
    private const string NameRule = "letters, digits, '_' and '-', at most 256 characters for both parts of an endpoint";

    /// <param name="type">The interface.</param>
    /// <param name="compilation">The compilation of the interface.</param>
    /// <param name="sink">The receiver of diagnostics, or <see langword="null"/>.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>The contract; <see langword="null"/> if it has errors.</returns>
    public static Contract? Read(INamedTypeSymbol type, Compilation compilation, Action<Diagnostic>? sink, CancellationToken cancellation)
    {
        var report = new Report(sink);
        if (type.IsGenericType && type.TypeParameters.Length > 0)
        {
            report.Add(Problems.GenericContract, type.Place(), type.ToName());
            return null;
        }

        var attribute = type.Find(KnownNames.ContractAttribute)!;
        var prefix = Names.WithoutPrefix(type.Name);
        var name = attribute.First() as string ?? prefix;
        if (!Names.IsPart(name))
        {
            report.Add(Problems.WrongName, attribute.Place(type, cancellation), name, type.Name, "a contract", NameRule);
        }

        var service = attribute.Named("Service") as string ?? name.ToLowerInvariant();
        if (string.IsNullOrWhiteSpace(service))
        {
            report.Add(Problems.WrongName, attribute.Place(type, cancellation), service, type.Name, "a service", "the name that the service registers");
        }

        var outer = OuterTypes.Read(type, report);
        OuterTypes.CheckNames(type, prefix, report);
        var methods = ReadMethods(type, name, report, cancellation);
        var context = JsonContextReader.Read(type, attribute, methods.Select(static method => method.Symbol), report, cancellation);
        return report.HasErrors
            ? null
            : new Contract(
                FileNames.Of(type),
                type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString(),
                outer,
                OuterTypes.AccessibilityOf(type),
                type.ToFullName(),
                prefix,
                name,
                service,
                context,
                outer.Count == 0 && compilation.GetTypeByMetadataName(KnownNames.Service) is not null,
                MethodReader.ObsoleteOf(type),
                new EquatableArray<ContractMethod>(methods.Select(static method => method.Read).ToImmutableArray()));
    }

    private static List<(IMethodSymbol Symbol, ContractMethod Read)> ReadMethods(INamedTypeSymbol type, string name, Report report, CancellationToken cancellation)
    {
        var methods = new List<(IMethodSymbol, ContractMethod)>();
        var endpoints = new Dictionary<string, string>(StringComparer.Ordinal);
        var hasMethods = false;
        foreach (var member in type.GetMembers().Concat(type.AllInterfaces.SelectMany(static face => face.GetMembers())))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!member.IsAbstract || member is ITypeSymbol)
            {
                continue; // with a body it is a helper of callers
            }

            if (member is not IMethodSymbol { IsStatic: false } method)
            {
                var what = member switch
                {
                    IPropertySymbol { IsIndexer: true } => "an indexer",
                    IPropertySymbol => "a property",
                    IEventSymbol => "an event",
                    _ => "a static member",
                };
                report.Add(Problems.NoMethod, PlaceOf(member, type), member.ToName(), type.Name, what);
                continue;
            }

            if (method.AssociatedSymbol is not null)
            {
                continue; // reported as property or event
            }

            hasMethods = true;
            if (MethodReader.Read(method, name, PlaceOf(method, type), report, cancellation) is { } read && AddEndpoint(method, read))
            {
                methods.Add((method, read));
            }
        }

        if (!hasMethods)
        {
            report.Add(Problems.NothingToCall, type.Place(), type.Name);
        }

        return methods;

        bool AddEndpoint(IMethodSymbol method, ContractMethod read)
        {
            var part = read.Endpoint.Substring(name.Length + 1);
            if (!Names.IsEndpoint(name, part))
            {
                // An invalid contract name has already been reported.
                if (Names.IsPart(name))
                {
                    report.Add(Problems.WrongName, PlaceOf(method, type), part, method.Name, "an endpoint", NameRule);
                }

                return false;
            }

            if (endpoints.TryGetValue(read.Endpoint, out var first))
            {
                report.Add(Problems.SameEndpoint, PlaceOf(method, type), Free(part), [method.Name, read.Endpoint, first]);
                return false;
            }

            endpoints.Add(read.Endpoint, method.ToName());
            return true;
        }

        string Free(string part)
        {
            var number = 2;
            while (endpoints.ContainsKey($"{name}.{part}{number}"))
            {
                number++;
            }

            return part + number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Returns the location to report; a problem in another assembly is reported at the contract.</summary>
    private static Location PlaceOf(ISymbol member, INamedTypeSymbol type) => member.Place() is { IsInSource: true } place ? place : type.Place();
}
