namespace Micro.Transport.Messages;

/// <summary>Follows the messages that a <see cref="MessageReader"/> reads.</summary>
internal interface IMessageObserver
{
    /// <summary>Asked between messages when the wait was cancelled from outside: whether to give up.</summary>
    bool IsClosing { get; }

    /// <summary>The first bytes of a head are there and the others are not, or the reading of a body begins: time counts from now.</summary>
    void OnMessageStarted();

    /// <summary>More bytes of a message have arrived.</summary>
    /// <param name="received">Bytes of the message so far.</param>
    void OnMessageProgressed(long received);
}
