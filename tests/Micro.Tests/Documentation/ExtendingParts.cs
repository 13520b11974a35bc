using System.Buffers;
using System.Xml;
using System.Xml.Serialization;
using Micro.Client;
using Micro.Codecs;
using Micro.Registry;
using Micro.Selection;
using Micro.Server;

namespace Micro.Tests.Documentation;

/// <summary>The parts of docs/extending.md, compiled. <see cref="ExtendingPageTests"/> compares the lines and uses them.</summary>
public static class ExtendingParts
{
    public sealed class FirstNode : ISelectorStrategy
    {
        public string Name => "first";

        public INodePicker CreatePicker(string service) => new Picker();

        private sealed class Picker : INodePicker
        {
            public int Pick(ReadOnlySpan<Node> nodes) => 0;
        }
    }

    public sealed record WithoutLabel(string Label) : ISelectorFilter
    {
        public IReadOnlyList<ServiceRecord> Apply(IReadOnlyList<ServiceRecord> records) =>
        [
            .. records
                .Select(record => record with { Nodes = [.. record.Nodes.Where(node => !node.Metadata.ContainsKey(Label))] })
                .Where(record => record.Nodes.Count > 0),
        ];
    }

    public sealed class XmlCodec : ICodec
    {
        public string Name => "xml";

        public void Encode<T>(T message, IBufferWriter<byte> output)
        {
            using var buffer = new MemoryStream();
            new XmlSerializer(typeof(T)).Serialize(buffer, message);
            output.Write(buffer.ToArray());
        }

        public T Decode<T>(in ReadOnlySequence<byte> body)
        {
            try
            {
                using var reader = XmlReader.Create(new MemoryStream(body.ToArray()));
                return (T)new XmlSerializer(typeof(T)).Deserialize(reader)!;
            }
            catch (InvalidOperationException exception)
            {
                throw new CodecException(Name, exception.Message, exception);
            }
        }
    }

    public sealed class SendTenant(string tenant) : IClientInterceptor
    {
        public ValueTask InvokeAsync(ClientContext context, Func<ClientContext, ValueTask> next)
        {
            context.Metadata["Tenant"] = tenant;
            return next(context);
        }
    }

    public sealed class RequireTenant : IHandlerInterceptor
    {
        public ValueTask InvokeAsync(HandlerContext context, Func<HandlerContext, ValueTask> next) =>
            context.Metadata.TryGetValue("Tenant", out _)
                ? next(context)
                : throw MicroException.BadRequest(context.Service, "the metadata Tenant is missing");
    }
}
